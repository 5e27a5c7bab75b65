import { CrossAppError } from '@cross-app/protocol';
import type { IssuedHandoff } from '@cross-app/protocol';
import { noteTargetApp } from '../../call.js';
import { isPrefetch, requireOwnForm, requireTopLevel } from '../../navigation.js';
import { readCaller } from '../../request.js';
import { sendNothingYet } from '../../see-other.js';
import { listAccounts } from '../calls/listed-accounts.js';
import { requireAccountAccess } from '../calls/sign-in.js';
import { checkUser } from '../user.js';
import type { IssuerUser } from '../user.js';
import { personOf, showAccounts } from './choose-account.js';
import { readParameters } from './parameters.js';
import { readRequest, readReturnAddress } from './request.js';
import { redirectTo, urlBack } from './send-back.js';
import { showSignIn } from './show-sign-in.js';
import type { Answer, Visit } from './visit.js';

/** `GET /authorize`, and the POST of its account picker: a token for whoever is signed in here, or who is asked to. */
export async function authorize(visit: Visit): Promise<Answer> {
  const { req, res, issuer } = visit;
  requirePageMethod(visit);
  if (isPrefetch(req)) return sendNothingYet;
  requireTopLevel(req);
  if (req.method === 'POST') requireOwnForm(req, issuer.authorize.origin);
  const parameters = await readParameters(req, res);
  const back = readReturnAddress(issuer.directory.known(), parameters, issuer.authorize.origin);
  visit.back = back;
  noteTargetApp(req, back.appId);
  const request = readRequest(parameters, back);
  visit.request = request;

  const user = checkUser('authorize.currentUser', await issuer.authorize.hooks.currentUser(req));
  if (user === null) return await showSignIn(visit, back, request);
  const accounts = request.accountId === null ? await accountsOf(visit, user) : [];
  if (accounts.length > 1) {
    return showAccounts(visit, { back, request }, { person: personOf(user), accounts });
  }
  const accountId = request.accountId ?? accounts[0]?.id ?? null;
  const { token } = await issue(visit, user, { ...request, ...back, accountId });
  return redirectTo(urlBack(back, { session_token: token }));
}

function requirePageMethod({ req }: Visit): void {
  if (req.method === 'GET' || req.method === 'POST') return;
  throw new CrossAppError('method_not_allowed', { allow: 'GET, POST' });
}

async function accountsOf({ issuer }: Visit, user: IssuerUser): ReturnType<typeof listAccounts> {
  return issuer.options.listAccounts === undefined ? [] : await listAccounts(issuer, personOf(user));
}

/** What the token is for. */
interface Order {
  readonly appId: string;
  readonly accountId: string | null;
  readonly codeChallenge: string;
}

async function issue(visit: Visit, user: IssuerUser, order: Order): Promise<IssuedHandoff> {
  const { req, res, issuer } = visit;
  const { appId, accountId, codeChallenge } = order;
  const { hooks, ttlSeconds } = issuer.authorize;
  await issuer.limits.generate(req, res, String(user.id));
  await requireAccountAccess(issuer, user, accountId);
  return await issuer.options.sessions.issue({
    userId: user.id,
    accountId,
    targetApp: appId,
    ttlSeconds,
    codeChallenge,
    payload: await hooks.payload?.(user, req),
    permissions: await hooks.permissions?.(user, accountId),
    ...readCaller(req),
  });
}
