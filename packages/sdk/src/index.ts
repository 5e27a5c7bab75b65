/**
 * The client of the issuer's API: the verbs of a handoff over HTTP, with `fetch` alone. It runs on servers and
 * edge platforms, and in pages for what needs no secret: `issue`, and `revoke` of one's own tokens.
 *
 * What its users need beside it comes from `@cross-app/protocol` and is exported here too. Left out on
 * purpose: the single request and the retry loop, which have no use without a verb.
 *
 * @module @cross-app/sdk
 */
export type { LaunchRequest } from './browser/launch-form.js';
export { createHandoffLauncher } from './browser/launcher.js';
export type { HandoffLauncher } from './browser/launcher.js';
export type { HandoffLauncherOptions } from './browser/launcher-options.js';
export type { CallOptions } from './call.js';
export { createCrossAppClient } from './client.js';
export type { CrossAppClient } from './client.js';
export { isCrossAppRequestError } from './errors.js';
export type { CrossAppRequestError, RequestFailureReason } from './errors.js';
export type { PermissionRequest } from './has-permission.js';
export type { IssueOptions } from './issue.js';
export type { CrossAppClientOptions } from './options.js';
export type { Fetch } from './request.js';
export { CrossAppError, handoffForm, handoffUrl, isCrossAppError } from '@cross-app/protocol';
export type {
  CrossAppAccount,
  CrossAppErrorCode,
  CrossAppErrorOf,
  CrossAppSessionData,
  CrossAppUser,
  HandoffForm,
  HandoffParameters,
  IdInput,
  InspectRequest,
  IssuedHandoff,
  IssueRequest,
  JsonValue,
  RedeemRequest,
  Redemption,
  RevokeFilter,
  RevokeScope,
  WireAccount,
} from '@cross-app/protocol';
