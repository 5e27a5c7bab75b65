/**
 * The client of the issuer's API: `issue` and `redeem` over HTTP, with `fetch` alone. It runs on servers and
 * edge platforms, and in pages for `issue`.
 *
 * What its users need beside it comes from `@cross-app/protocol` and is exported here too. Left out on
 * purpose: the single request and the retry loop, which have no use without a verb.
 *
 * @packageDocumentation
 */
export type { CallOptions } from './call.js';
export { createCrossAppClient } from './client.js';
export type { CrossAppClient } from './client.js';
export { isCrossAppRequestError } from './errors.js';
export type { CrossAppRequestError, RequestFailureReason } from './errors.js';
export type { CrossAppClientOptions } from './options.js';
export type { Fetch } from './request.js';
export { CrossAppError, handoffForm, handoffUrl, isCrossAppError } from '@cross-app/protocol';
export type {
  CrossAppAccount,
  CrossAppErrorCode,
  CrossAppSessionData,
  CrossAppUser,
  HandoffForm,
  HandoffParameters,
  IdInput,
  IssuedHandoff,
  IssueRequest,
  JsonValue,
  RedeemRequest,
  Redemption,
} from '@cross-app/protocol';
