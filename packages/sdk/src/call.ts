import { CrossAppError } from '@cross-app/protocol';
import { pauseMs } from './backoff.js';
import { sleep, within } from './deadline.js';
import { CrossAppRequestError, TryFailure } from './errors.js';
import type { Config } from './options.js';
import { post } from './request.js';
import type { PostRequest } from './request.js';

/** What a caller may say about one call. */
export interface CallOptions {
  /** Ends the call, which then rejects with the signal's reason; whether the issuer acted is unknown. */
  readonly signal?: AbortSignal | undefined;
}

/** A verb in the words of the wire. */
export interface Call<T> extends Pick<PostRequest<T>, 'body' | 'refusals' | 'read'> {
  /** Below the issuer's mount. */
  readonly path: string;
  /** Gives the headers by which the caller proves itself. Asked once, within the time of the call. */
  readonly prove: () => Promise<Readonly<Record<string, string>>>;
}

/**
 * Makes the call, and makes it again for as long as nobody knows how it ended: no connection, no answer in
 * time, an answer that cannot be read, a 5xx. A 4xx and a redirect are decisions, and final.
 *
 * @throws CrossAppError what the issuer refused; `store_unavailable` with a `CrossAppRequestError` as its
 * cause when no try brought an answer within `timeoutMs`.
 */
export async function call<T>(config: Config, verb: Call<T>, { signal }: CallOptions): Promise<T> {
  const { timeoutMs, tryTimeoutMs, retries, fetch } = config;
  const url = config.baseUrl + verb.path;
  const endsAt = performance.now() + timeoutMs;
  let attempts = 0;
  const unavailable = (failure: TryFailure): CrossAppError => storeUnavailable(url, failure, attempts);
  const timeUp = (): CrossAppError => unavailable(new TryFailure('timeout'));

  return within({ ms: timeoutMs, parent: signal, timeUp }, async (total) => {
    const { body, refusals, read } = verb;
    const request = { fetch, url, headers: await verb.prove(), body, refusals, read };
    const tryLimit = { ms: tryTimeoutMs, parent: total, timeUp: () => new TryFailure('timeout') };
    for (;;) {
      attempts += 1;
      try {
        return await within(tryLimit, (current) => post(request, current));
      } catch (error) {
        if (!(error instanceof TryFailure)) throw error;
        const pause = pauseMs(attempts, error.facts.retryAfterSeconds ?? 0, Math.random());
        const mayRetry = attempts <= retries && performance.now() + pause < endsAt;
        if (!mayRetry || !error.isWorthRetrying) throw unavailable(error);
        await sleep(pause, total);
      }
    }
  });
}

function storeUnavailable(url: string, failure: TryFailure, attempts: number): CrossAppError {
  const { retryAfterSeconds } = failure.facts;
  return new CrossAppError('store_unavailable', {
    cause: new CrossAppRequestError(url, failure, attempts),
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  });
}
