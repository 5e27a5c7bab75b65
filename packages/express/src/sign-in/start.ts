import { CrossAppError } from '@cross-app/protocol';
import { invalidArgument } from '../invalid-argument.js';
import type { Answer, Visit } from './answer.js';
import { challengeOf, makeBrowserSecret, verifierOf } from './browser-secret.js';
import { readQueryFields } from './fields.js';
import type { Fields } from './fields.js';
import type { SignInSettings } from './options.js';
import { findReturnTo } from './return-to.js';
import type { KnownSource } from './sources.js';
import { beginFlow, sealFlow } from './state.js';

/** `GET /start`: the browser gets its secret, and goes to the source app with a challenge made of it. */
export function start({ settings, req, res }: Visit): Answer {
  const fields = readQueryFields(req);
  const source = chooseSource(settings, fields);
  const returnTo = readReturnTo(settings, fields);

  const secret = settings.cookie.read(req) ?? makeBrowserSecret();
  settings.cookie.keep(res, secret);
  const flow = beginFlow(source.app, returnTo);

  const url = new URL(source.authorizeUrl);
  url.searchParams.set('client_id', settings.options.targetApp);
  url.searchParams.set('redirect_uri', settings.landingUrl);
  url.searchParams.set('state', sealFlow(secret, flow));
  url.searchParams.set('code_challenge', challengeOf(verifierOf(secret, flow.nonce)));
  url.searchParams.set('code_challenge_method', 'S256');
  if (fields.account_id !== undefined) url.searchParams.set('account_id', fields.account_id);
  return { location: url.href };
}

function chooseSource(
  { sources }: SignInSettings,
  { source: asked }: Fields,
): KnownSource & { readonly authorizeUrl: string } {
  const able = sources.flatMap((source) => {
    const { authorizeUrl } = source;
    return authorizeUrl === undefined ? [] : [{ ...source, authorizeUrl }];
  });
  const chosen = asked === undefined ? able[0] : able.find(({ app }) => app === asked);
  if (chosen === undefined) throw new CrossAppError('issuer_mismatch');
  return chosen;
}

function readReturnTo(settings: SignInSettings, fields: Fields): string {
  if (fields.return_to === undefined) return settings.defaultReturnTo;
  const returnTo = findReturnTo(settings, fields.return_to);
  if (returnTo === undefined) throw invalidArgument('return_to must be a path of this app.');
  return returnTo;
}
