import { CrossAppError, parseToken } from '@cross-app/protocol';
import type { RedeemRequest } from '@cross-app/protocol';
import { invalidArgument } from '../invalid-argument.js';
import { hashToken } from '../token-hash.js';
import { redemptionIdOf, verifierOf } from './browser-secret.js';
import type { BrowserSecret } from './browser-secret.js';
import { readEventData } from './event-data.js';
import type { Fields } from './fields.js';
import type { SignInSettings } from './options.js';
import { findReturnTo } from './return-to.js';
import type { KnownSource } from './sources.js';
import type { Flow } from './state.js';

// Printable, in any language, without controls.
const ACTION = /^[^\p{C}]{1,100}$/u;

/** A browser that wants to be signed in with a token, and how it can prove that it may. */
export interface Claim {
  readonly token: string;
  readonly tokenHash: string;
  readonly secret: BrowserSecret;
  readonly proofs: Pick<RedeemRequest, 'targetApp' | 'codeVerifier'> & { readonly redemptionId: string };
  readonly source: KnownSource | null;
  readonly returnTo: string;
  readonly action: string | null;
  /** As the host types it; null for none. */
  readonly eventData: unknown;
  /** The person has said that they want to be the one who arrives, whoever is signed in now. */
  readonly isAgreed: boolean;
  /** As they came, for a page that sends them on. */
  readonly fields: Fields;
}

/**
 * Puts together what the fields and the browser's secret say. The token of a bound flow has the flow that it was
 * begun with.
 *
 * @throws CrossAppError `token_missing`, `token_malformed`, `issuer_mismatch`, `invalid_argument`
 */
export function readClaim(
  settings: SignInSettings,
  { secret, flow }: { readonly secret: BrowserSecret; readonly flow?: Flow | undefined },
  fields: Fields,
): Claim {
  const token = readToken(fields);
  const tokenHash = hashToken(token);
  const verifier = verifierOf(secret, flow?.nonce ?? 'unbound');
  return {
    token,
    tokenHash,
    secret,
    proofs: {
      targetApp: settings.options.targetApp,
      redemptionId: redemptionIdOf(verifier, tokenHash),
      // For a token without a challenge a verifier would be a downgrade (RFC 9700), and the store refuses it.
      codeVerifier: flow === undefined ? undefined : verifier,
    },
    source: findSource(settings, flow?.source ?? fields.source),
    // The link is from the source app, which has done nothing wrong if it names a page that we do not want to go to:
    // the person arrives all the same.
    returnTo: flow?.returnTo ?? findReturnTo(settings, fields.callback_url) ?? settings.defaultReturnTo,
    action: readAction(fields),
    eventData: readEventData(settings, fields.event_data),
    isAgreed: fields.switch === 'yes',
    fields,
  };
}

/** The token of a link or form, whose form is right. */
export function readToken({ session_token: token }: Fields): string {
  if (token === undefined) throw new CrossAppError('token_missing');
  if (parseToken(token) === undefined) throw new CrossAppError('token_malformed');
  return token;
}

function findSource({ sources }: SignInSettings, app: string | undefined): KnownSource | null {
  if (app === undefined) return null;
  const source = sources.find((each) => each.app === app);
  if (source === undefined) throw new CrossAppError('issuer_mismatch');
  return source;
}

function readAction({ action }: Fields): string | null {
  if (action === undefined) return null;
  if (!ACTION.test(action)) throw invalidArgument('action must be up to 100 printable characters.');
  return action;
}
