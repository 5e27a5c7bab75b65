import { CrossAppError } from '@cross-app/protocol';
import { pauseMs } from './backoff.js';
import { sleep, within } from './deadline.js';
import { CrossAppRequestError, TryFailure } from './errors.js';
import type { Config } from './options.js';
import { methodOf, send } from './request.js';
import type { IssuerRequest } from './request.js';
import { traceHeadersOf } from './trace.js';

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
export async function call<T>(config: Config, verb: Call<T>, { signal }: CallOptions): Promise<T> {
  const { timeoutMs, tryTimeoutMs, retries, fetch } = config;
  const { body, refusals, read } = verb;
  const url = config.baseUrl + verb.path;
  const endsAt = performance.now() + timeoutMs;
  let attempts = 0;
  const noAnswer = (failure: TryFailure): CrossAppError =>
    toError(failure, new CrossAppRequestError(`${methodOf(verb)} ${url}`, failure, attempts));
  const timeUp = (): CrossAppError => noAnswer(new TryFailure('timeout'));
  // Before anything is waited for: the span that is active now is the caller's.
  const trace = traceHeadersOf(config);

  return within({ ms: timeoutMs, parent: signal, timeUp }, async (total) => {
    const headers = { ...trace, ...(await verb.prove()) };
    const request = { fetch, url, headers, body, refusals, read };
    const tryLimit = { ms: tryTimeoutMs, parent: total, timeUp: () => new TryFailure('timeout') };
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

function toError(failure: TryFailure, cause: CrossAppRequestError): CrossAppError {
  const { retryAfterSeconds } = failure.facts;
  return new CrossAppError(failure.isLimit ? 'rate_limited' : 'store_unavailable', {
    cause,
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  });
}
