/**
 * The words and forms that the apps of a handoff share.
 *
 * | word | meaning |
 * |---|---|
 * | source app, target app | issues the token, redeems it |
 * | token | the 64-character string that the browser carries; never stored, never logged |
 * | token hash | lower-case hex SHA-256 of the whole token: the only thing stored |
 * | cross-app session | the row in `cross_app_sessions` |
 * | issue, redeem, inspect, revoke | the four verbs; redeem marks the row used, inspect never changes it |
 * | redemption id | a UUID that the redeemer picks; a redeem repeated with it is a retry, not a replay |
 * | replay | redeeming a used token with another redemption id |
 * | verifier, challenge | RFC 7636 S256 pair that binds a token to the browser that asked for it |
 * | derived session | the sign-in that the target app makes from a redeemed token |
 *
 * It runs anywhere: no Node module, nothing to install. Left out on purpose: hashing and random numbers,
 * which every platform does in its own way, and anything that needs a database or the network.
 *
 * @module @cross-app/protocol
 */
export { AUDIT_EVENTS } from './audit.js';
export type { AuditEntry, AuditEvent, AuditRecorder } from './audit.js';
export { CrossAppError, ERRORS, isCrossAppError } from './errors.js';
export type { CrossAppErrorCode, CrossAppErrorOf, CrossAppErrorOptions, ErrorDescription } from './errors.js';
export { isCodeChallenge, isCodeVerifier } from './pkce.js';
export { handoffFields, handoffForm, handoffUrl, isOrigin, isRedirectUri, isSecureUrl } from './redirect.js';
export type { HandoffForm, HandoffParameters } from './redirect.js';
export { parseReturnTo } from './return-to.js';
export { endsDerivedSession } from './revocations.js';
export type {
  DerivedSession,
  DerivedSessions,
  Revocation,
  RevocationOutbox,
  RevocationSink,
  RevocationWatch,
} from './revocations.js';
export { isAppId, isRedemptionId, MAX_TTL_SECONDS } from './sessions.js';
export type {
  CrossAppAccount,
  CrossAppSessionData,
  CrossAppSessions,
  CrossAppUser,
  IdInput,
  InspectRequest,
  IssuedHandoff,
  IssueRequest,
  JsonValue,
  RedeemRequest,
  Redemption,
  RevokeFilter,
  RevokeScope,
} from './sessions.js';
export {
  makeToken,
  parseToken,
  redactTokens,
  TOKEN_LENGTH,
  TOKEN_PATTERN,
  TOKEN_RANDOM_BYTES,
} from './token.js';
export type { ParsedToken, TokenContent } from './token.js';
export {
  readGenerateSessionReply,
  readRevokeSessionsReply,
  readSessionToken,
  readUserAccountsReply,
  readValidatePermissionReply,
  readValidateSessionReply,
} from './read-reply.js';
export { ISSUER_PATHS, SESSION_TOKEN_HEADER, SHARED_SECRET_HEADER, toValidateSessionReply } from './wire.js';
export type {
  GenerateSessionReply,
  GenerateSessionRequest,
  InspectSessionRequest,
  RevokeSessionRequest,
  RevokeSessionsReply,
  RevokeSessionsRequest,
  UserAccountsReply,
  ValidatePermissionReply,
  ValidatePermissionRequest,
  ValidateSessionReply,
  ValidateSessionRequest,
  WireAccount,
  WireError,
} from './wire.js';
export { mistake, wrongOption, wrongSecret } from './wrong-option.js';
