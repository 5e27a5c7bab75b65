import { receiveLogout } from './back-channel/receive.js';
import type { BackChannelOptions } from './back-channel/receiver-options.js';
import type { CrossAppLogger } from './logging/logger.js';
import { refuseUnknownKeys } from './options.js';
import type { CrossAppHandler } from './request.js';

/** Options of {@link crossAppBackChannel}. */
export interface CrossAppBackChannelOptions extends BackChannelOptions {
  /** Origins of the issuers whose word counts, such as `https://tuvens.com`. */
  readonly issuers: readonly string[];
  /** This app's id, 1 to 50 characters, as the issuer knows it. */
  readonly targetApp: string;
  /**
   * Logs every request that is refused or fails, with `call` `back-channel-logout`, the private `code`, `targetApp`, and
   * nothing secret: `console`, pino, or the like. Default nobody.
   */
  readonly logger?: CrossAppLogger | undefined;
}

/**
 * Handler that hears of revocations from an issuer with another database: OpenID Connect Back-Channel Logout 1.0. For
 * apps that have `crossAppAuth`; `crossAppSignIn` has it as the option `backChannel`.
 *
 * It takes a POST of a form with `logout_token`, a JWT that the issuer has signed with HS256 and this app's secret, and
 * answers it: 204 when the revocation is stored, 400 when the token is not valid, 503 when it cannot be stored now. It needs
 * no body parser and no session. Nothing about it needs a browser: keep it out of CSRF protection.
 *
 * @throws TypeError at once for options that cannot work.
 * @example
 * const revocations = createMemoryRevocations();
 * app.use(
 *   '/auth/back-channel-logout',
 *   crossAppBackChannel({ issuers: ['https://tuvens.com'], targetApp: 'hi-events', secrets, revocations }),
 * );
 * app.use(crossAppGuard({ sessions: revocations, session }));
 */
export function crossAppBackChannel(options: CrossAppBackChannelOptions): CrossAppHandler {
  refuseUnknownKeys('crossAppBackChannel', options, [
    'issuers',
    'targetApp',
    'secrets',
    'revocations',
    'onRevoked',
    'logger',
  ]);
  return receiveLogout('crossAppBackChannel', options);
}
