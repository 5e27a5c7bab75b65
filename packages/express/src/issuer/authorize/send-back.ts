import { sendSeeOther } from '../../see-other.js';
import type { ReturnAddress } from './request.js';
import type { Answer } from './visit.js';

/** What the target app is told of a failure (RFC 6749, section 4.1.2.1, and OpenID Connect Core, section 3.1.2.6). */
export type AuthorizationError =
  'access_denied' | 'invalid_request' | 'login_required' | 'server_error' | 'temporarily_unavailable';

/** A token, or why there is none. */
export type AuthorizationResult = { readonly session_token: string } | { readonly error: AuthorizationError };

/**
 * The landing with the result, `state` and `iss` (RFC 9207). The registered URL is kept as it is, its own query too:
 * parsed and written again it might be another one.
 */
export function urlBack({ redirectUri, state, iss }: ReturnAddress, result: AuthorizationResult): string {
  const parameters = new URLSearchParams({
    ...result,
    ...(state === undefined ? {} : { state }),
    iss,
  });
  return `${redirectUri}${redirectUri.includes('?') ? '&' : '?'}${parameters.toString()}`;
}

/** Sends the browser to the URL. */
export function redirectTo(url: string): Answer {
  return (res) => {
    sendSeeOther(res, url);
  };
}
