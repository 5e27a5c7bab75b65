import { CrossAppError } from '@cross-app/protocol';
import { invalidArgument } from './invalid-argument.js';
import { readHeader } from './request.js';
import type { CrossAppRequest } from './request.js';

const PREFETCH: readonly (readonly [header: string, value: RegExp])[] = [
  ['sec-purpose', /^(prefetch|prerender)\b/i],
  ['purpose', /^(prefetch|preview)\b/i],
  ['x-purpose', /^(prefetch|preview)\b/i],
  ['x-moz', /^prefetch\b/i],
];

/** Whether the browser only looks ahead, and no person has asked for it yet. */
export function isPrefetch(req: CrossAppRequest): boolean {
  return PREFETCH.some(([header, value]) => readHeader(req, header).some((sent) => value.test(sent)));
}

/**
 * Refuses what is loaded into another page: an image, a frame, a script's fetch. Browsers say so in
 * `Sec-Fetch-Dest`, which no page can change; what is no browser sends none.
 *
 * @throws CrossAppError `invalid_argument`
 */
export function requireTopLevel(req: CrossAppRequest): void {
  if (readHeader(req, 'sec-fetch-dest').every((dest) => dest === 'document')) return;
  throw invalidArgument('Open this address in a window of its own.');
}

/**
 * Refuses a form that is not of a page of ours. `Sec-Fetch-Site` says whose it is, and no page can change it; browsers
 * that do not send it send `Origin`.
 *
 * @throws CrossAppError `origin_forbidden`
 */
export function requireOwnForm(req: CrossAppRequest, origin: string): void {
  const sites = readHeader(req, 'sec-fetch-site');
  const isOwn = sites.length > 0 ? sites.every((site) => site === 'same-origin') : readOrigin(req) === origin;
  if (!isOwn) throw new CrossAppError('origin_forbidden');
}

/** The one origin whose page sent the form. Throws `origin_forbidden` when there is none. */
export function readOrigin(req: CrossAppRequest): string {
  const [origin, ...others] = readHeader(req, 'origin');
  if (origin === undefined || others.length > 0) throw new CrossAppError('origin_forbidden');
  return origin;
}
