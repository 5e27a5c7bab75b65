import { CrossAppError } from '@cross-app/protocol';

/**
 * Why the issuer gave no answer: too slow · no connection, or one that broke · it pointed elsewhere · an HTTP
 * status that is no answer · a body that is too large, cut off, or not what the wire protocol says.
 */
export type RequestFailureReason = 'timeout' | 'network' | 'redirect' | 'status' | 'unreadable';

/** What is known of a failure beside its reason. */
export interface FailureFacts {
  /** HTTP status of the reply, where there was one. */
  readonly status?: number;
  /** What the reply asked for, in whole seconds. */
  readonly retryAfterSeconds?: number | undefined;
  /** A few words of ours or a system code such as `ECONNREFUSED`: never text that came over the network. */
  readonly detail?: string | undefined;
}

/** One try that brought no answer. It never leaves the package. */
export class TryFailure extends Error {
  readonly reason: RequestFailureReason;
  readonly facts: FailureFacts;

  constructor(reason: RequestFailureReason, facts: FailureFacts = {}) {
    super(reason);
    this.reason = reason;
    this.facts = facts;
  }

  /** Whether another try could end differently: not after a redirect or a 4xx but 429, which are decisions. */
  get isWorthRetrying(): boolean {
    const { status = 0 } = this.facts;
    if (this.reason === 'status') return status >= 500 || this.isLimit;
    return this.reason !== 'redirect';
  }

  /** Whether the issuer, or a gateway in front of it, answered that there were too many calls. */
  get isLimit(): boolean {
    return this.reason === 'status' && this.facts.status === 429;
  }
}

/**
 * The `cause` of a `store_unavailable` or a `rate_limited`: why the issuer gave no answer. It holds the URL
 * and a few words of ours, and on purpose neither the error of `fetch` nor anything of the reply: these could
 * repeat the secret, the token or the verifier.
 *
 * Recognise it with {@link isCrossAppRequestError}: a process may hold two copies of the class.
 */
export class CrossAppRequestError extends Error {
  override readonly name: 'CrossAppRequestError' = 'CrossAppRequestError' as const;
  readonly reason: RequestFailureReason;
  /** How many requests were begun. 0 when the time was up before the first. */
  readonly attempts: number;
  /** HTTP status of the last reply, where there was one. */
  readonly replyStatus: number | undefined;

  /** @param request what was asked, as in `POST https://tuvens.com/api/cross-app/validate-session`. */
  constructor(request: string, failure: TryFailure, attempts: number) {
    const { status, detail } = failure.facts;
    const facts = [failure.reason, status, detail].filter((fact) => fact !== undefined);
    super(`${request} brought no answer (${facts.join(', ')}; attempts: ${attempts})`);
    this.reason = failure.reason;
    this.attempts = attempts;
    this.replyStatus = status;
  }
}

/**
 * Whether the value is a {@link CrossAppRequestError} of this or another copy of the package.
 *
 * @example
 * try {
 *   await client.redeem(token, { targetApp: 'hi-events' });
 * } catch (error) {
 *   if (isCrossAppError(error) && isCrossAppRequestError(error.cause)) console.warn(error.cause.message);
 *   throw error;
 * }
 */
export function isCrossAppRequestError(value: unknown): value is CrossAppRequestError {
  return (
    typeof value === 'object' &&
    value !== null &&
    'name' in value &&
    value.name === 'CrossAppRequestError' &&
    'reason' in value
  );
}

/** A call that the issuer would have to refuse. The reason is for the programmer and stays in `cause`. */
export function invalidArgument(why: string): CrossAppError {
  return new CrossAppError('invalid_argument', { cause: new TypeError(why) });
}
