import { createCrossAppSessions, isCrossAppError } from '../../src/index.js';
import { openKnex } from '../database.js';
import { target } from './scratch.js';

/** What the sign-ins of {@link withTraffic} came to. */
export interface Traffic {
  readonly redeemed: number;
  /** Everything that did not go as it must, in words. */
  readonly errors: readonly string[];
}

/**
 * Does the work while people sign in over a pool of their own: each token is issued, inspected, redeemed by two at
 * once, of whom one must win, and tried again; every third is revoked instead. At least so many after the work too.
 */
export async function withTraffic(url: string, work: () => Promise<void>): Promise<Traffic> {
  const knex = openKnex(url, 16);
  const sessions = createCrossAppSessions({ knex, appId: 'tuvens' });
  const errors: string[] = [];
  let redeemed = 0;
  let isDone = false;

  const codeOf = (error: unknown): string =>
    isCrossAppError(error)
      ? `${error.code} ${(error.cause as Error | undefined)?.message ?? ''}`
      : String(error);
  const expectCode = async (code: string, call: Promise<unknown>): Promise<void> => {
    const got = await call.then(() => 'success', codeOf);
    if (!got.startsWith(code)) errors.push(`${got} instead of ${code}`);
  };
  const signIn = async (number: number): Promise<void> => {
    const { token } = await sessions.issue({ userId: 11, ...target });
    await sessions.inspect(token, target);
    if (number % 3 === 0) {
      await sessions.revoke(token);
      await expectCode('token_revoked', sessions.redeem(token, target));
      return;
    }
    const both = await Promise.all(
      [1, 2].map(() => sessions.redeem(token, target).then(() => 'won', codeOf)),
    );
    if (
      both.filter((outcome) => outcome === 'won').length !== 1 ||
      !both.some((outcome) => outcome.startsWith('token_used'))
    )
      errors.push(both.join(' and '));
    await expectCode('token_used', sessions.redeem(token, target));
    redeemed += 1;
  };
  const worker = async (): Promise<void> => {
    for (let number = 0; !isDone; number++) {
      await signIn(number).catch((error: unknown) => errors.push(codeOf(error)));
    }
  };
  const workers = Array.from({ length: 6 }, worker);
  try {
    while (redeemed < 20) await new Promise((resolve) => setTimeout(resolve, 5));
    await work();
    const before = redeemed;
    while (redeemed < before + 20 && errors.length === 0)
      await new Promise((resolve) => setTimeout(resolve, 5));
  } finally {
    isDone = true;
    await Promise.all(workers);
    await knex.destroy();
  }
  return { redeemed, errors };
}
