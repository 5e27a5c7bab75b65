import { isCrossAppError } from '@cross-app/protocol';
import type { CrossAppSessions } from '@cross-app/protocol';
import { beginExchange } from './exchange.js';
import type { Exchange } from './exchange.js';
import type { Journal } from './journal.js';
import type { AppParty } from './meanings.js';

type Verb = keyof CrossAppSessions;

const DONE = 'done';
const MEANINGS: Readonly<Record<Verb, string>> = {
  issue: 'One new row, with a hash of the token. The token itself is stored nowhere.',
  inspect: 'The row is read, and not changed.',
  redeem: 'One statement finds the row and marks it used. Of two that try, one gets nothing.',
  revoke: 'The row is marked revoked.',
  revokeAll: 'All rows of this person are marked revoked.',
};

/** The same sessions, in a database, with each call of a verb recorded. */
export function recordVerbs<Sessions extends CrossAppSessions>(
  sessions: Sessions,
  app: AppParty,
  journal: Journal,
): Sessions {
  const recorded = async <Result>(verb: Verb, work: () => Promise<Result>): Promise<Result> => {
    const begun = beginExchange();
    const record = (outcome: string): void => {
      journal.record({ ...describe(app, verb, outcome), ...begun.end() });
    };
    try {
      const result = await work();
      record(DONE);
      return result;
    } catch (error) {
      record(isCrossAppError(error) ? error.code : 'failed');
      throw error;
    }
  };
  return {
    ...sessions,
    issue: (request) => recorded('issue', () => sessions.issue(request)),
    inspect: (token, request) => recorded('inspect', () => sessions.inspect(token, request)),
    redeem: (token, request) => recorded('redeem', () => sessions.redeem(token, request)),
    revoke: (token, scope) => recorded('revoke', () => sessions.revoke(token, scope)),
    revokeAll: (filter) => recorded('revokeAll', () => sessions.revokeAll(filter)),
  } satisfies CrossAppSessions;
}

function describe(app: AppParty, verb: Verb, outcome: string): Omit<Exchange, 'startedAt' | 'durationMs'> {
  return {
    caller: app,
    callee: 'postgresql',
    call: verb,
    outcome,
    isRefused: outcome !== DONE,
    meaning: MEANINGS[verb],
    story: null,
  };
}
