import { ISSUER_PATHS } from '@cross-app/protocol';
import type { RefusalStatus } from './components.js';

/** Who may call: whose proof is one of these security schemes. Nobody has to prove anything for an empty list. */
type Callers = readonly ('userSignIn' | 'sharedSecret' | 'appBasic')[];

/** What OpenAPI says of one call and no other part of the code knows. */
export interface Operation {
  readonly path: string;
  readonly method: 'get' | 'post';
  readonly operationId: string;
  readonly summary: string;
  readonly callers: Callers;
  /** Name of the schema of the body. */
  readonly request?: string;
  /** Whether the token comes in the `X-Session-Token` header. */
  readonly tokenInHeader?: true;
  /** Name of the schema of the 200 reply; without one it is 204. */
  readonly reply?: string;
  /** The statuses of its refusals beside 405, which every call has. */
  readonly refusals: readonly RefusalStatus[];
}

const APP: Callers = ['sharedSecret', 'appBasic'];
const OF_A_BODY: readonly RefusalStatus[] = [400, 401, 413, 415, 429, 503];

/** Every call, in the order in which a handoff makes them. */
export const OPERATIONS: readonly Operation[] = [
  {
    path: ISSUER_PATHS.generateSession,
    method: 'post',
    operationId: 'generateSession',
    summary: 'Makes a token for the user who is signed in at the source app',
    callers: ['userSignIn'],
    request: 'GenerateSessionRequest',
    reply: 'GenerateSessionReply',
    refusals: [...OF_A_BODY, 403],
  },
  {
    path: ISSUER_PATHS.validateSession,
    method: 'post',
    operationId: 'validateSession',
    summary: 'Redeems the token, once, and says who arrived',
    callers: APP,
    request: 'ValidateSessionRequest',
    reply: 'ValidateSessionReply',
    refusals: [...OF_A_BODY, 404],
  },
  {
    path: ISSUER_PATHS.inspectSession,
    method: 'post',
    operationId: 'inspectSession',
    summary: 'Answers as validate-session would, and uses nothing up',
    callers: APP,
    request: 'InspectSessionRequest',
    reply: 'ValidateSessionReply',
    refusals: [...OF_A_BODY, 404],
  },
  {
    path: ISSUER_PATHS.userAccounts,
    method: 'get',
    operationId: 'userAccounts',
    summary: 'Lists the accounts that the user of a redeemed token may choose from',
    callers: APP,
    tokenInHeader: true,
    reply: 'UserAccountsReply',
    refusals: [400, 401, 404, 429, 503],
  },
  {
    path: ISSUER_PATHS.validatePermission,
    method: 'post',
    operationId: 'validatePermission',
    summary: 'Says whether the user of a redeemed token may do something',
    callers: APP,
    request: 'ValidatePermissionRequest',
    reply: 'ValidatePermissionReply',
    refusals: [...OF_A_BODY, 404],
  },
  {
    path: ISSUER_PATHS.revokeSession,
    method: 'post',
    operationId: 'revokeSession',
    summary: 'Makes the token unusable; an unknown one is answered alike (RFC 7009)',
    callers: [...APP, 'userSignIn'],
    request: 'RevokeSessionRequest',
    refusals: OF_A_BODY,
  },
  {
    path: ISSUER_PATHS.revokeSessions,
    method: 'post',
    operationId: 'revokeSessions',
    summary: 'Revokes the cross-app sessions for the calling app that match everything given',
    callers: APP,
    request: 'RevokeSessionsRequest',
    reply: 'RevokeSessionsReply',
    refusals: OF_A_BODY,
  },
  {
    path: ISSUER_PATHS.health,
    method: 'get',
    operationId: 'health',
    summary: 'Says whether the issuer can work',
    callers: [],
    reply: 'HealthReply',
    refusals: [503],
  },
  {
    path: ISSUER_PATHS.openapi,
    method: 'get',
    operationId: 'openapi',
    summary: 'This document',
    callers: [],
    reply: 'OpenApiReply',
    refusals: [],
  },
];
