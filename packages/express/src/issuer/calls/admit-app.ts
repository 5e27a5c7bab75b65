import type { ServerResponse } from 'node:http';
import type { CrossAppRequest } from '../../request.js';
import { identifyApp } from '../apps/credentials.js';
import { limitOf } from '../limits/app-limits.js';
import type { Issuer } from '../options.js';

/**
 * The app that calls, by its secret, unless it has called too often.
 *
 * @throws CrossAppError what `identifyApp` and the limit throw
 */
export async function admitApp(issuer: Issuer, req: CrossAppRequest, res: ServerResponse): Promise<string> {
  const appId = identifyApp(issuer.credentials, req);
  await limitOf(issuer, appId, 'validate')(req, res, appId);
  return appId;
}
