const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2_000;

/**
 * How long to wait after so many tries: random up to 100 ms, 200 ms, 400 ms … 2 s ("full jitter"), so that
 * the clients of an issuer that comes back do not all come at once. `Retry-After` is waited out first.
 *
 * @param random 0 to 1, drawn anew for each pause.
 */
export function pauseMs(attempts: number, retryAfterSeconds: number, random: number): number {
  const ceiling = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (attempts - 1));
  return retryAfterSeconds * 1000 + random * ceiling;
}
