import { invalidArgument } from '../../invalid-argument.js';
import type { KnownApps } from '../apps/directory.js';
import { readAccountId, readCodeChallenge } from '../wire/fields.js';
import { readOnce } from './parameters.js';
import type { Parameters } from './parameters.js';

/** Where the browser goes back to: known good. */
export interface ReturnAddress {
  readonly appId: string;
  /** One that is registered for the app, character by character. */
  readonly redirectUri: string;
  /** This app's own origin, so that the target app can tell who answers (RFC 9207). */
  readonly iss: string;
  /** What the target app sent along, or undefined when it may not be repeated. */
  readonly state: string | undefined;
}

/** What the target app asks for. */
export interface AuthorizationRequest {
  readonly codeChallenge: string;
  readonly accountId: string | null;
}

// The VSCHAR of RFC 6749, appendix A.5.
const STATE = /^[ -~]{1,4096}$/;

/**
 * The app that asks and its landing (RFC 9700, section 2.1): an app that this issuer may hand people over to.
 *
 * @throws CrossAppError `invalid_argument`, which must not be sent to the landing that was asked for
 */
export function readReturnAddress(
  { targetApps, rules }: Pick<KnownApps, 'targetApps' | 'rules'>,
  parameters: Parameters,
  iss: string,
): ReturnAddress {
  const appId = readOnce(parameters, 'client_id');
  if (appId === undefined || !targetApps.has(appId)) {
    throw invalidArgument('client_id must be an app that is known here.');
  }
  const redirectUri = readOnce(parameters, 'redirect_uri');
  if (redirectUri === undefined || rules.get(appId)?.redirectUris.includes(redirectUri) !== true) {
    throw invalidArgument('redirect_uri must be one that is registered for the app, character by character.');
  }
  return { appId, redirectUri, iss, state: readState(parameters) };
}

/**
 * What the app asks for.
 *
 * @throws CrossAppError `invalid_argument`
 */
export function readRequest(parameters: Parameters, { state }: ReturnAddress): AuthorizationRequest {
  if (state === undefined)
    throw invalidArgument('state must be sent once: 1 to 4096 printable ASCII characters.');
  // Without a challenge whoever sees the URL could use the token, and "plain" shows the verifier in it.
  if (readOnce(parameters, 'code_challenge_method') !== 'S256') {
    throw invalidArgument('code_challenge_method must be S256.');
  }
  const codeChallenge = readCodeChallenge(fieldOf(parameters, 'code_challenge'));
  if (codeChallenge === undefined) throw invalidArgument('code_challenge must be sent: an S256 challenge.');
  return { codeChallenge, accountId: readAccountId(fieldOf(parameters, 'account_id')) };
}

/** The same request as parameters again, for the way back from a login or from the choice of an account. */
export function writeParameters(
  { appId, redirectUri, state = '' }: ReturnAddress,
  { codeChallenge, accountId }: AuthorizationRequest,
): Record<string, string> {
  return {
    client_id: appId,
    redirect_uri: redirectUri,
    state,
    code_challenge: codeChallenge,
    code_challenge_method: 'S256',
    ...(accountId === null ? {} : { account_id: accountId }),
  };
}

function readState(parameters: Parameters): string | undefined {
  const [state, ...others] = parameters.get('state') ?? [];
  return typeof state === 'string' && others.length === 0 && STATE.test(state) ? state : undefined;
}

function fieldOf(parameters: Parameters, name: string): Record<string, string> {
  const value = readOnce(parameters, name);
  return value === undefined ? {} : { [name]: value };
}
