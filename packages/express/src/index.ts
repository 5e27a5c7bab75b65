/**
 * Handoffs in Express 4 and 5: the target app's middleware and the source app's HTTP API.
 *
 * Left out on purpose: everything about tokens themselves, which is in the `sessions` that both are given.
 *
 * @module @cross-app/express
 */
export { crossAppAuth } from './auth.js';
export type { CrossAppAuthOptions } from './auth.js';
export { sendHandoffForm } from './handoff-form.js';
export type { HandoffFormOptions } from './handoff-form.js';
export { crossAppBackChannel } from './back-channel.js';
export type { CrossAppBackChannelOptions } from './back-channel.js';
export { createMemoryRevocations } from './back-channel/memory-revocations.js';
export type { MemoryRevocations, MemoryRevocationsOptions } from './back-channel/memory-revocations.js';
export type { PostForm } from './back-channel/post-logout.js';
export type { BackChannelOptions } from './back-channel/receiver-options.js';
export type { DeliveryCounts } from './back-channel/round.js';
export { createRevocationSender } from './back-channel/send.js';
export type { RevocationSender } from './back-channel/send.js';
export type { RevocationSenderOptions, RevocationTarget } from './back-channel/sender-options.js';
export { crossAppGuard } from './guard.js';
export type { CrossAppGuard } from './guard.js';
export type { CrossAppGuardOptions } from './guard/options.js';
export { crossAppIssuer } from './issuer.js';
export { expressSession } from './session.js';
export type { SessionAdapter, SessionStart, SignInRecord } from './session.js';
export { crossAppSignIn } from './sign-in.js';
export type { Arrival, CrossAppSignInOptions, CurrentPerson, SomeoneElsePolicy } from './sign-in/options.js';
export type { SignInSource } from './sign-in/sources.js';
export type { AppLimits } from './issuer/apps/rules.js';
export type { AppRegistry } from './issuer/apps/registry.js';
export type { AuthorizeOptions } from './issuer/authorize/options.js';
export type { IssuerApp } from './issuer/apps/apps.js';
export type { IssuerLimits } from './issuer/limits/limits.js';
export type { SecretUse } from './issuer/apps/secret-use.js';
export type { IssuerSecret } from './issuer/apps/secrets.js';
export type {
  CrossAppIssuerOptions,
  IssuerUser,
  ListedAccount,
  PermissionQuestion,
} from './issuer/options.js';
export type { CrossAppLogger } from './logging/logger.js';
export type { PageContext, PageOptions } from './pages/options.js';
export type {
  ChooseAccountPage,
  ConfirmPage,
  ContinuePage,
  CrossAppPage,
  ErrorPage,
  PageForm,
  PagePerson,
  PageProblem,
  SwitchPage,
} from './pages/page.js';
export type { PageTextKey, PageTexts } from './pages/texts.js';
export type { CrossAppHandler, CrossAppRequest } from './request.js';
