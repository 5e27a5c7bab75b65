import type { ServerResponse } from 'node:http';
import { toValidateSessionReply } from '@cross-app/protocol';
import type { ValidateSessionReply } from '@cross-app/protocol';
import { requireMethod } from '../../request.js';
import type { CrossAppRequest } from '../../request.js';
import type { Issuer } from '../options.js';
import { readCodeVerifier, readRedeemed, readRedemptionId, readSessionToken } from '../wire/fields.js';
import { admitApp } from './admit-app.js';
import { readJson } from './read-json.js';

/** `POST /inspect-session`: what `validate-session` would answer the calling app now. Uses nothing up. */
export async function inspectSession(
  issuer: Issuer,
  req: CrossAppRequest,
  res: ServerResponse,
): Promise<ValidateSessionReply> {
  requireMethod(req, 'POST');
  const targetApp = await admitApp(issuer, req, res);
  const body = await readJson(req, res);
  const redemption = await issuer.options.sessions.inspect(readSessionToken(body), {
    targetApp,
    redemptionId: readRedemptionId(body),
    codeVerifier: readCodeVerifier(body),
    redeemed: readRedeemed(body),
  });
  return toValidateSessionReply(redemption);
}
