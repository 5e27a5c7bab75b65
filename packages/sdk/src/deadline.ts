/** How long something may take, and who else may end it. */
export interface Limit {
  readonly ms: number;
  /** Ends it too, with its own reason. */
  readonly parent: AbortSignal | undefined;
  /** Makes what the caller gets when the time is up. */
  readonly timeUp: () => Error;
}

/**
 * Runs the work under a signal, and settles when the time is up or the parent aborts even if the work does
 * not listen.
 *
 * Timer and listener are our own: on Node 20, `AbortSignal.any` keeps every signal it made for as long as
 * the parent lives (nodejs/node#55351), and `AbortSignal.timeout` lets the process end before it fires.
 */
export async function within<T>(limit: Limit, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const { ms, parent, timeUp } = limit;
  parent?.throwIfAborted();

  const controller = new AbortController();
  const follow = (): void => {
    controller.abort(parent?.reason);
  };
  const timer = setTimeout(() => {
    controller.abort(timeUp());
  }, ms);
  parent?.addEventListener('abort', follow);
  try {
    return await Promise.race([work(controller.signal), whenAborted(controller.signal)]);
  } catch (error) {
    // Work that was stopped may fail in its own words, and sooner: the reason is what counts.
    controller.signal.throwIfAborted();
    throw error;
  } finally {
    clearTimeout(timer);
    parent?.removeEventListener('abort', follow);
    // Closes the connection of a reply that nobody reads to its end.
    controller.abort();
  }
}

function whenAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => {
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- any value can be a reason
      reject(signal.reason);
    });
  });
}

/** Waits that long, or until the signal aborts: what comes next has to look at the signal. */
export function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const wake = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', wake);
      resolve();
    };
    const timer = setTimeout(wake, ms);
    signal.addEventListener('abort', wake);
  });
}
