import type { Revocation, RevokeFilter, RevokeScope } from '@cross-app/protocol';
import { invalid, readAppId, readId, refuseUnknown } from './arguments.js';
import type { Row } from './row.js';

const CONDITIONS = ['userId', 'accountId', 'sourceApp', 'targetApp', 'issuedBefore', 'all'];

/** A filter that has been read: what is null limits nothing. */
export type ReadFilter = Omit<Revocation, 'id' | 'tokenHash' | 'issuedBefore'> & {
  readonly issuedBefore: Date | null;
};

export function readFilter(filter: RevokeFilter): ReadFilter {
  refuseUnknown('revokeAll', filter, CONDITIONS);
  const { userId, accountId, sourceApp, targetApp, issuedBefore } = filter;
  const read = {
    userId: userId === undefined ? null : readId('userId', userId),
    accountId: accountId === undefined ? null : readId('accountId', accountId),
    sourceApp: sourceApp === undefined ? null : readAppId('sourceApp', sourceApp),
    targetApp: targetApp === undefined ? null : readAppId('targetApp', targetApp),
    issuedBefore: issuedBefore === undefined ? null : readInstant(issuedBefore),
  };
  if (filter.all !== true && Object.values(read).every((limit) => limit === null)) {
    throw invalid('revokeAll needs something to go by, or { all: true } for every session.');
  }
  return read;
}

export function readScope(scope: RevokeScope): ReadFilter {
  refuseUnknown('revoke', scope, ['userId', 'targetApp']);
  return readFilter({ ...scope, all: true });
}

export function matches(filter: ReadFilter, { session, createdAtMs }: Row): boolean {
  const { userId, accountId, sourceApp, targetApp, issuedBefore } = filter;
  if (issuedBefore !== null && createdAtMs >= issuedBefore.getTime()) return false;
  return [
    [userId, session.userId],
    [accountId, session.accountId],
    [sourceApp, session.sourceApp],
    [targetApp, session.targetApp],
  ].every(([wanted, found]) => wanted === null || wanted === found);
}

function readInstant(value: Date): Date {
  if (value instanceof Date && !Number.isNaN(value.getTime())) return value;
  throw invalid('issuedBefore must be a valid Date.');
}
