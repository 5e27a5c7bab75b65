import { requireMethod } from '../../request.js';
import type { CrossAppRequest } from '../../request.js';
import type { Issuer } from '../options.js';

/** `GET /health`: whether calls can be answered. Anyone may ask, so it says nothing but that. */
export async function health({ options }: Issuer, req: CrossAppRequest): Promise<{ status: 'ok' }> {
  requireMethod(req, 'GET');
  await options.checkHealth?.();
  return { status: 'ok' };
}
