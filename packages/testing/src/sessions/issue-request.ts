import type { CrossAppSessionData, IssueRequest } from '@cross-app/protocol';
import {
  invalid,
  readAppId,
  readCodeChallenge,
  readId,
  readPayload,
  readPermissions,
  readTtlSeconds,
} from './arguments.js';
import type { People } from './people.js';

/** What a row takes over from the request that made it. */
export interface RequestedRow {
  readonly data: Pick<CrossAppSessionData, 'userId' | 'accountId' | 'targetApp' | 'permissions' | 'payload'>;
  readonly codeChallenge: string | null;
  readonly ttlSeconds: number | undefined;
}

/** @throws CrossAppError `invalid_argument` for what the database would not take either. */
export function readIssueRequest(request: IssueRequest, people: People): RequestedRow {
  const userId = readId('userId', request.userId);
  const accountId = request.accountId == null ? null : readId('accountId', request.accountId);
  if (people.user(userId) === undefined) throw invalid('userId does not exist.');
  if (accountId !== null && people.account(accountId) === undefined) {
    throw invalid('accountId does not exist.');
  }
  const data = {
    userId,
    accountId,
    targetApp: readAppId('targetApp', request.targetApp),
    permissions: readPermissions(request.permissions),
    payload: readPayload(request.payload),
  };
  const { ttlSeconds } = request;
  return {
    data,
    codeChallenge: readCodeChallenge(request.codeChallenge),
    ttlSeconds: ttlSeconds === undefined ? undefined : readTtlSeconds(ttlSeconds),
  };
}
