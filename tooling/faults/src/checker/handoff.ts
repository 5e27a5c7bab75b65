import { createHash } from 'node:crypto';
import type { History, Operation } from '../history/history.js';
import { isCall, issuedBy } from './calls.js';
import type { Call, Presentation } from './calls.js';

/** All that was done with one token. */
export interface Calls {
  readonly tokenHash: string;
  readonly redeems: readonly Call<'redeem'>[];
  readonly inspects: readonly Call<'inspect'>[];
  readonly presentations: readonly Presentation[];
  readonly revokes: readonly Call<'revoke'>[];
}

/** A token whose issue was acknowledged, and all that was done with it. */
export interface Handoff extends Calls {
  readonly issue: Call<'issue'>;
  readonly expiresAtMs: number;
  /** Those of its user. */
  readonly revokeAlls: readonly Call<'revokeAll'>[];
}

/** Sorts the operations of a history by their token. */
export function readHandoffs({ operations }: History): {
  readonly handoffs: readonly Handoff[];
  /** Those whose issue nobody acknowledged. */
  readonly strangers: readonly Calls[];
} {
  const byToken = groupBy(operations, tokenOf);
  const revokeAlls = groupBy(
    operations.filter((operation) => isCall(operation, 'revokeAll')),
    ({ request }) => request.userId,
  );
  const handoffs: Handoff[] = [];
  const strangers: Calls[] = [];
  for (const [token, ofToken] of byToken) {
    const calls = readCalls(token, ofToken);
    const issue = ofToken.find((operation) => isCall(operation, 'issue'));
    const issued = issue && issuedBy(issue);
    if (issue === undefined || issued === undefined) strangers.push(calls);
    else {
      const { expiresAtMs } = issued;
      handoffs.push({
        ...calls,
        issue,
        expiresAtMs,
        revokeAlls: revokeAlls.get(issue.request.userId) ?? [],
      });
    }
  }
  return { handoffs, strangers };
}

/** As the table has it. */
export const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex');

/** The token that an operation shows, or gave. */
export function tokenOf(operation: Operation): string | undefined {
  return 'token' in operation.request ? operation.request.token : issuedBy(operation)?.token;
}

function readCalls(token: string, operations: readonly Operation[]): Calls {
  const redeems = operations.filter((operation) => isCall(operation, 'redeem'));
  const inspects = operations.filter((operation) => isCall(operation, 'inspect'));
  return {
    tokenHash: hashOf(token),
    redeems,
    inspects,
    presentations: [...redeems, ...inspects],
    revokes: operations.filter((operation) => isCall(operation, 'revoke')),
  };
}

function groupBy<Item>(
  items: readonly Item[],
  keyOf: (item: Item) => string | undefined,
): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    if (key === undefined) continue;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}
