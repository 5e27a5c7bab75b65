import type { CrossAppError } from '@cross-app/protocol';
import { TryFailure } from './errors.js';
import { overNetwork } from './network.js';
import { readRefusal } from './refusal.js';
import type { Refusals } from './refusal.js';
import { readJson, readRetryAfter } from './reply.js';

/** The part of the global `fetch` that is used: a URL as text, and its result's standard members. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** One request to the issuer. */
export interface IssuerRequest<T> {
  readonly fetch: Fetch;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON text, to POST. Without one it is a GET. */
  readonly body?: string | undefined;
  /** What each 4xx means here. */
  readonly refusals: Refusals;
  /** Reads a 2xx; throws a {@link TryFailure} where it is not of the wire's form. */
  readonly read: (response: Response) => Promise<T>;
}

/**
 * Sends the request once and reads its 2xx reply. This is the only `fetch` of the package.
 *
 * @throws CrossAppError when the issuer refused, {@link TryFailure} when it gave no answer.
 */
export async function send<T>(request: IssuerRequest<T>, signal: AbortSignal): Promise<T> {
  const { fetch, url } = request;
  const response = await overNetwork(() => fetch(url, requestInit(request, signal)));
  if (response.ok) return request.read(response);
  throw (await refusalIn(response, request.refusals)) ?? failureOf(response);
}

/** `POST` with a body, `GET` without. */
export function methodOf({ body }: Pick<IssuerRequest<unknown>, 'body'>): 'GET' | 'POST' {
  return body === undefined ? 'GET' : 'POST';
}

function requestInit(request: IssuerRequest<unknown>, signal: AbortSignal): RequestInit {
  const { body = null } = request;
  const type = 'application/json';
  return {
    method: methodOf(request),
    headers: { ...request.headers, accept: type, ...(body === null ? {} : { 'content-type': type }) },
    body,
    signal,
    // `follow` would carry the secret to wherever the reply points: a header of one's own is never stripped
    // (CVE-2023-45143). `error` cannot be told from a broken connection, which is tried again.
    redirect: 'manual',
    ...(supports('cache') ? { cache: 'no-store' } : {}),
    ...(supports('credentials') ? { credentials: 'omit' } : {}),
  };
}

// Cloudflare Workers throw for a field of RequestInit that they do not have (cloudflare/workers-sdk#2514).
function supports(field: 'cache' | 'credentials'): boolean {
  return typeof Request === 'function' && field in Request.prototype;
}

async function refusalIn(response: Response, refusals: Refusals): Promise<CrossAppError | undefined> {
  const { status } = response;
  const candidates = refusals[status];
  if (candidates === undefined) return undefined;
  // A body that is not JSON is some proxy's: then the status is not the issuer's either.
  const body = await readJson(response).catch((error: unknown) => {
    // One that broke off is nobody's: the next try may bring it whole.
    if (error instanceof TryFailure && error.reason === 'network') throw error;
    return undefined;
  });
  return body === undefined ? undefined : readRefusal(status, body, candidates);
}

function failureOf(response: Response): TryFailure {
  const { status, type } = response;
  // Browsers hide the status of a redirect that is not followed.
  const isRedirect = type === 'opaqueredirect' || (status >= 300 && status < 400);
  return new TryFailure(isRedirect ? 'redirect' : 'status', {
    status,
    retryAfterSeconds: readRetryAfter(response),
  });
}
