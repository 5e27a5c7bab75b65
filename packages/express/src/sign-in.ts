import type { ServerResponse } from 'node:http';
import { CrossAppError } from '@cross-app/protocol';
import type { JsonValue } from '@cross-app/protocol';
import { noteTargetApp } from './call.js';
import { logCall } from './logging/log-call.js';
import { isPrefetch, requireTopLevel } from './navigation.js';
import { readPathBelowMount } from './request.js';
import type { CrossAppHandler, CrossAppRequest } from './request.js';
import { sendNothingYet } from './see-other.js';
import { sendAnswer } from './sign-in/answer.js';
import type { Answer, Visit } from './sign-in/answer.js';
import { landing, landingForm, proceed } from './sign-in/landing.js';
import { resolveSignInOptions } from './sign-in/options.js';
import type { CrossAppSignInOptions, SignInSettings } from './sign-in/options.js';
import { makeErrorId, refusalPage } from './sign-in/refuse.js';
import { start } from './sign-in/start.js';
import { asTargetRefusal } from './target-refusal.js';
import { observeCall } from './telemetry/observe-call.js';

/** One of the addresses below the mount. */
interface Route {
  /** As traces, metrics and logs name it. */
  readonly name: string;
  readonly get?: (visit: Visit) => Promise<Answer> | Answer;
  readonly post?: (visit: Visit) => Promise<Answer> | Answer;
}

const ROUTES: ReadonlyMap<string, Route> = new Map<string, Route>([
  ['/start', { name: 'sign-in-start', get: start }],
  ['/', { name: 'sign-in-landing', get: landing, post: landingForm }],
  ['/continue', { name: 'sign-in-continue', post: proceed }],
]);

const BACK_CHANNEL = '/back-channel-logout';

/**
 * The target app's side of a handoff as people meet it, below the path it is mounted at:
 *
 * - `GET /start?return_to=`: begins the bound flow, in which no other browser can use the token
 * - `GET /`: the way back from it; or a link with the token, which asks "Continue as …?" and uses nothing up
 * - `POST /`: a form of the source app with the token, which is then in no URL
 * - `POST /continue`: our own pages' button; with the bound way back the only thing that uses a token up
 * - `POST /back-channel-logout`: the source app says that a sign-in has ended, where the option `backChannel` is given
 *
 * Mount it behind `express-session` (or give it a `session` of your own), before parsers or after them. HEAD,
 * prefetch, images, frames and scripts use nothing up. Reload, back and double click of the browser that has just
 * signed in are a success. After it the session has a new id and nothing of a previous person, and the browser is sent
 * with 303 to a page of this app, in whose URL there is no token.
 *
 * Every refusal is a page that says what to do next, with an id that is in the log too: 400 `token_missing`,
 * `token_malformed`, `invalid_argument`, `cookie_missing`, `state_mismatch`, `issuer_mismatch`; 401 for a token that is
 * unknown, expired, used, revoked, bound to another browser, or another app's; 403 `origin_forbidden`,
 * `account_forbidden`; 405; 409 `person_mismatch`; 413; 415; 503 `store_unavailable` whenever there is a doubt.
 *
 * @throws TypeError at once for options that cannot work.
 * @example
 * app.use(
 *   '/auth/cross-app',
 *   crossAppSignIn({
 *     sessions,
 *     targetApp: 'hi-events',
 *     landingUrl: 'https://hi.events/auth/cross-app',
 *     source: {
 *       app: 'tuvens',
 *       origin: 'https://tuvens.com',
 *       authorizeUrl: 'https://tuvens.com/api/cross-app/authorize',
 *     },
 *     onSignIn({ user, account }, req) {
 *       req.session.visitor = { user, account };
 *     },
 *   }),
 * );
 */
export function crossAppSignIn<EventData = JsonValue>(
  options: CrossAppSignInOptions<EventData>,
): CrossAppHandler {
  const settings = resolveSignInOptions(options);

  return function crossAppSignInHandler(req, res, next) {
    const path = readPathBelowMount(req);
    const route = ROUTES.get(path);
    if (path === BACK_CHANNEL && settings.backChannel !== undefined) settings.backChannel(req, res, next);
    else if (route === undefined) next();
    else answer(settings, route, { req, res }).catch(next);
  };
}

interface Exchange {
  readonly req: CrossAppRequest;
  readonly res: ServerResponse;
}

async function answer(settings: SignInSettings, route: Route, { req, res }: Exchange): Promise<void> {
  if (req.method === 'GET' && isPrefetch(req)) {
    sendNothingYet(res);
    return;
  }
  const call = { name: route.name, req, errorId: makeErrorId() };
  noteTargetApp(req, settings.options.targetApp);
  const work = async (): Promise<Answer> => await follow(route, { settings, req, res });
  const given = await observeCall(call, work).catch((thrown: unknown): Answer => {
    const error = asTargetRefusal(thrown, req);
    logCall(settings.options.logger, call, error);
    for (const [name, value] of Object.entries(error.headers)) res.setHeader(name, value);
    return { status: error.status, page: refusalPage(settings, req, { error, errorId: call.errorId }) };
  });
  sendAnswer(res, settings, given);
}

async function follow({ get, post }: Route, visit: Visit): Promise<Answer> {
  const { req } = visit;
  if (req.method === 'GET' && get !== undefined) {
    requireTopLevel(req);
    return await get(visit);
  }
  if (req.method === 'POST' && post !== undefined) return await post(visit);
  throw new CrossAppError('method_not_allowed', { allow: get === undefined ? 'POST' : 'GET' });
}
