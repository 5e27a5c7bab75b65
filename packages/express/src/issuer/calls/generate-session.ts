import type { ServerResponse } from 'node:http';
import type { GenerateSessionReply } from '@cross-app/protocol';
import { noteTargetApp } from '../../call.js';
import { readCaller, requireMethod } from '../../request.js';
import type { CrossAppRequest } from '../../request.js';
import type { Issuer } from '../options.js';
import {
  readAccountId,
  readCodeChallenge,
  readEventData,
  readTargetApp,
  requireRedirectUri,
} from '../wire/fields.js';
import { readJson } from './read-json.js';
import { identifyUser, requireAccountAccess } from './sign-in.js';

/** `POST /generate-session`: a token for the user who is signed in at the source app. */
export async function generateSession(
  issuer: Issuer,
  req: CrossAppRequest,
  res: ServerResponse,
): Promise<GenerateSessionReply> {
  requireMethod(req, 'POST');
  const user = await identifyUser(issuer, req);
  await issuer.limits.generate(req, res, String(user.id));
  const body = await readJson(req, res);
  const accountId = readAccountId(body);
  const targetApp = readTargetApp(body, issuer);
  noteTargetApp(req, targetApp);
  requireRedirectUri(body, issuer.rules.get(targetApp)?.redirectUris ?? []);
  const request = {
    userId: user.id,
    accountId,
    targetApp,
    codeChallenge: readCodeChallenge(body),
    payload: readEventData(body),
    ...readCaller(req),
  };
  await requireAccountAccess(issuer, user, accountId);

  const { token, session } = await issuer.options.sessions.issue(request);
  return {
    session_token: token,
    expires_at: session.expiresAt.toISOString(),
    ...(session.accountId === null ? {} : { account_id: session.accountId }),
  };
}
