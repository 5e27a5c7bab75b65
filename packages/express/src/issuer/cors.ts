import cors from 'cors';
import { isOrigin, wrongOption } from '@cross-app/protocol';
import type { CrossAppHandler, CrossAppRequest } from '../request.js';

const OPTIONS: cors.CorsOptions = {
  methods: ['GET', 'POST'],
  // Not x-shared-secret: a page has no place for a secret.
  allowedHeaders: ['authorization', 'content-type', 'traceparent', 'tracestate', 'x-session-token'],
  exposedHeaders: ['X-RateLimit-Limit', 'X-RateLimit-Remaining', 'X-RateLimit-Reset', 'Retry-After'],
  // Pages send the user's own access token, never cookies.
  credentials: false,
  maxAge: 600,
};

/**
 * Lets pages of these origins call, and no others (the Fetch standard's CORS protocol). It answers their
 * preflights. Without origins it does nothing.
 *
 * @throws TypeError for what no browser sends as the origin of a page that is safe: https, or http on loopback.
 */
export function allowOrigins(origins: readonly string[] = []): CrossAppHandler {
  requireOrigins('crossAppIssuer: origins', origins);
  if (origins.length === 0) {
    return (_req, _res, next) => {
      next();
    };
  }
  const options = { ...OPTIONS, origin: [...origins] };
  return cors((req: CrossAppRequest, callback) => {
    // An OPTIONS that is no preflight is a wrong method like any other.
    callback(null, { ...options, preflightContinue: !isPreflight(req) });
  });
}

/** @throws TypeError unless it is a list of what {@link allowOrigins} takes; it is called `name` in the message. */
export function requireOrigins(name: string, origins: unknown): void {
  if (!Array.isArray(origins))
    throw wrongOption(`${name} must be a list, such as ['https://app.tuvens.com']`, origins);
  const index = origins.findIndex((origin) => !isOrigin(origin));
  if (index < 0) return;
  throw wrongOption(
    `${name}[${index}] must be an origin as browsers send it, such as 'https://app.tuvens.com': https (http on loopback only), no path, no slash at the end, no wildcard`,
    origins[index],
  );
}

function isPreflight({ headers }: CrossAppRequest): boolean {
  return headers.origin !== undefined && headers['access-control-request-method'] !== undefined;
}
