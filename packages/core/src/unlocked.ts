const LOCK_NOT_AVAILABLE = '55P03';
const MAX_TRIES = 25;
const MAX_PAUSE_MS = 2_000;

/** For the beginning of a transaction that {@link tryUntilUnlocked} tries. */
export const GIVE_WAY = "SET LOCAL lock_timeout = '250ms'";

/**
 * Does the work again for as long as a lock that it needs is taken: work that gives up after a short
 * `lock_timeout` never makes a sign-in wait behind it. About a minute in all; then the error of the last try.
 */
export async function tryUntilUnlocked<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      const { code } = error as { code?: unknown };
      if (code !== LOCK_NOT_AVAILABLE || attempt === MAX_TRIES) throw error;
    }
    const pauseMs = Math.min(MAX_PAUSE_MS, 50 * 2 ** attempt) * (0.5 + Math.random() / 2);
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}
