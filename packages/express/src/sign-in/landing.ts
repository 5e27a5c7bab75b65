import { CrossAppError } from '@cross-app/protocol';
import type { CrossAppErrorCode } from '@cross-app/protocol';
import { readOrigin, requireOwnForm } from '../navigation.js';
import { answerToRepeat, answerToSomeoneElse, arrive, look } from './arrive.js';
import type { Answer, Visit } from './answer.js';
import { askToContinue, continueForm } from './ask.js';
import { makeBrowserSecret } from './browser-secret.js';
import type { BrowserSecret } from './browser-secret.js';
import { readClaim, readToken } from './claim.js';
import { readFormFields, readQueryFields } from './fields.js';
import type { Fields } from './fields.js';
import { openFlow } from './state.js';
import type { Flow } from './state.js';
import { findCurrentPerson } from './who-is-here.js';

/** `GET /`: the way back from the source app's `/authorize`, or one of today's links. */
export async function landing(visit: Visit): Promise<Answer> {
  const fields = readQueryFields(visit.req);
  return fields.state === undefined && fields.error === undefined
    ? await showLink(visit, fields)
    : await finishFlow(visit, fields);
}

/** Only the browser that began the flow gets here with a state that opens, so it is signed in without a click. */
async function finishFlow(visit: Visit, fields: Fields): Promise<Answer> {
  const { settings } = visit;
  const secret = requireSecret(visit);
  const flow = requireFlow(secret, fields.state ?? '');
  const source = settings.sources.find(({ app }) => app === flow.source);
  // RFC 9207: an answer of another app than the one that was asked. Nothing of it is used.
  if (source === undefined || fields.iss !== source.origin) throw new CrossAppError('issuer_mismatch');
  if (fields.error !== undefined) throw new CrossAppError(ANSWERS.get(fields.error) ?? 'invalid_argument');
  return await arrive(visit, readClaim(settings, { secret, flow }, fields));
}

// RFC 6749, section 4.1.2.1, and OpenID Connect Core, section 3.1.2.6.
const ANSWERS: ReadonlyMap<string, CrossAppErrorCode> = new Map<string, CrossAppErrorCode>([
  ['access_denied', 'account_forbidden'],
  ['login_required', 'user_unauthenticated'],
  ['server_error', 'store_unavailable'],
  ['temporarily_unavailable', 'store_unavailable'],
]);

/** A link proves nothing of who opens it: it shows who would arrive, and uses nothing up. */
async function showLink(visit: Visit, fields: Fields): Promise<Answer> {
  const { settings, req, res } = visit;
  const secret = settings.cookie.read(req) ?? makeBrowserSecret();
  const claim = readClaim(settings, { secret }, fields);
  const repeated = answerToRepeat(visit, claim);
  if (repeated !== undefined) return repeated;

  const who = await look(settings, claim);
  const current = await findCurrentPerson(settings, req);
  const answer =
    answerToSomeoneElse(settings, claim, { who, current }) ?? askToContinue(settings, claim, who);
  // The page's button needs it.
  if ('page' in answer) settings.cookie.keep(res, secret);
  return answer;
}

/**
 * `POST /`: a form of the source app. Browsers send no `SameSite=Lax` cookie along with it, so nobody knows yet who is
 * signed in here, or which browser it is: a form of our own brings it on.
 */
export async function landingForm({ settings, req, res }: Visit): Promise<Answer> {
  const origin = readOrigin(req);
  const source = settings.sources.find((each) => each.origin === origin);
  if (source === undefined) throw new CrossAppError('origin_forbidden');
  const fields = await readFormFields(req, res);
  readToken(fields);

  settings.cookie.keepSpare(res, makeBrowserSecret());
  const form = continueForm(settings, { ...fields, source: source.app, state: undefined });
  return { status: 200, page: { kind: 'continue', target: settings.name, form } };
}

/** `POST /continue`: a form of our own, so a person or our script has sent it from this app. */
export async function proceed(visit: Visit): Promise<Answer> {
  const { settings, req, res } = visit;
  requireOwnForm(req, settings.origin);
  const fields = await readFormFields(req, res);
  const secret = requireSecret(visit);
  const flow = fields.state === undefined ? undefined : requireFlow(secret, fields.state);
  return await arrive(visit, readClaim(settings, { secret, flow }, fields));
}

function requireSecret({ settings, req }: Visit): BrowserSecret {
  const secret = settings.cookie.read(req);
  if (secret === undefined) throw new CrossAppError('cookie_missing');
  return secret;
}

function requireFlow(secret: BrowserSecret, state: string): Flow {
  const flow = openFlow(secret, state);
  if (flow === undefined) throw new CrossAppError('state_mismatch');
  return flow;
}
