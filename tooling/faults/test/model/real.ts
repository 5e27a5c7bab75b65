import type { CrossAppSessions, Redemption } from '@cross-app/protocol';
import { isCrossAppError } from '@cross-app/protocol';
import type { Knex } from 'knex';

/** The store under test, and the clock that it goes by. */
export interface Real {
  readonly sessions: CrossAppSessions;
  readonly knex: Knex;
  /** The tokens in the order in which the model has them. */
  readonly tokens: string[];
}

/** The user's id where it is a yes, the code where it is a no. Anything else is no answer, and thrown. */
export async function answerOf(call: Promise<Redemption>): Promise<{ verdict: string; userId?: string }> {
  try {
    return { verdict: 'ok', userId: (await call).user.id };
  } catch (error) {
    if (!isCrossAppError(error) || error.code === 'store_unavailable') throw error;
    return { verdict: error.code };
  }
}
