import { CrossAppError } from '@cross-app/protocol';
import { pauseMs } from './backoff.js';
import { sleep, within } from './deadline.js';
import { CrossAppRequestError, TryFailure } from './errors.js';
import { methodOf, send } from './request.js';
import type { Fetch, IssuerRequest } from './request.js';

/** Where calls go, and how long they may take. */
export interface CallConfig {
  /** Without a slash at its end. */
  readonly baseUrl: string;
  readonly timeoutMs: number;
  readonly tryTimeoutMs: number;
  readonly retries: number;
  readonly fetch: Fetch;
  /** Asked once for each call, at once. It never throws. */
  readonly traceHeaders?: () => Readonly<Record<string, string>>;
}

/** How long a call may take where nothing else was said. */
export const DEFAULT_LIMITS = { timeoutMs: 10_000, tryTimeoutMs: 5_000, retries: 2 };

/** A URL that a path can be put behind. */
export function withoutSlash(url: string): string {
  return new URL(url).href.replace(/\/+$/, '');
}

/** What a caller may say about one call. */
export interface CallOptions {
  /** Ends the call, which then rejects with the signal's reason; whether the issuer acted is unknown. */
  readonly signal?: AbortSignal | undefined;
}

/** Gives the headers by which the caller proves itself. */
export type Prove = () => Promise<Readonly<Record<string, string>>>;

/** A verb in the words of the wire. */
export interface Call<T> extends Pick<IssuerRequest<T>, 'body' | 'refusals' | 'read'> {
  /** Below the issuer's mount. */
  readonly path: string;
  /** Asked once, within the time of the call. */
  readonly prove: Prove;
}

/**
 * Makes the call, and makes it again for as long as nobody knows how it ended: no connection, no answer in
 * time, an answer that cannot be read, a 5xx. A 429 is tried again too, for nothing was done. Any other 4xx
 * and a redirect are decisions, and final.
 *
 * @throws CrossAppError what the issuer refused; with a `CrossAppRequestError` as its cause `rate_limited`
 * when a 429 was the last word, or `store_unavailable` when no try brought an answer within `timeoutMs`.
 */
export async function call<T>(config: CallConfig, verb: Call<T>, { signal }: CallOptions): Promise<T> {
  const { timeoutMs, tryTimeoutMs, retries, fetch } = config;
  const url = config.baseUrl + verb.path;
  const endsAt = performance.now() + timeoutMs;
  let attempts = 0;
  const noAnswer = (failure: TryFailure): CrossAppError =>
    new CrossAppError(failure.isLimit ? 'rate_limited' : 'store_unavailable', {
      cause: new CrossAppRequestError(`${methodOf(verb)} ${url}`, failure, attempts),
      retryAfterSeconds: failure.facts.retryAfterSeconds,
    });
  const timeout = (): TryFailure => new TryFailure('timeout');
  // Before anything is waited for: the span that is active now is the caller's.
  const trace = config.traceHeaders?.();

  return within({ ms: timeoutMs, parent: signal, timeUp: () => noAnswer(timeout()) }, async (total) => {
    const headers = { ...trace, ...(await verb.prove()) };
    const request = { ...verb, fetch, url, headers };
    const tryLimit = { ms: tryTimeoutMs, parent: total, timeUp: timeout };
    for (;;) {
      attempts += 1;
      try {
        return await within(tryLimit, (current) => send(request, current));
      } catch (error) {
        if (!(error instanceof TryFailure)) throw error;
        const pause = pauseMs(attempts, error.facts.retryAfterSeconds ?? 0, Math.random());
        const mayRetry = attempts <= retries && performance.now() + pause < endsAt;
        if (!mayRetry || !error.isWorthRetrying) throw noAnswer(error);
        await sleep(pause, total);
      }
    }
  });
}
