import type { ServerResponse } from 'node:http';
import { toValidateSessionReply } from '@cross-app/protocol';
import type { ValidateSessionReply } from '@cross-app/protocol';
import { readCaller, requireMethod } from '../../request.js';
import type { CrossAppRequest } from '../../request.js';
import type { Issuer } from '../options.js';
import { readCodeVerifier, readRedemptionId, readSessionToken } from '../wire/fields.js';
import { admitApp } from './admit-app.js';
import { readJson } from './read-json.js';

/** `POST /validate-session`: redeems a token for the target app whose secret was sent, and says who arrived. */
export async function validateSession(
  issuer: Issuer,
  req: CrossAppRequest,
  res: ServerResponse,
): Promise<ValidateSessionReply> {
  requireMethod(req, 'POST');
  const targetApp = await admitApp(issuer, req, res);
  const body = await readJson(req, res);
  const redemption = await issuer.options.sessions.redeem(readSessionToken(body), {
    targetApp,
    redemptionId: readRedemptionId(body),
    codeVerifier: readCodeVerifier(body),
    ...readCaller(req),
    caller: 'server',
  });
  return toValidateSessionReply(redemption);
}
