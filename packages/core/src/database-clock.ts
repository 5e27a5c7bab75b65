import type { Row } from './database.js';

/**
 * What time PostgreSQL has, without asking it again.
 *
 * Tokens carry their expiry, so an issuer has to know the database's time before its statement runs. This
 * process' own wall clock may be wrong by hours or be set while it runs; its monotonic clock only measures
 * how long ago the database last said what time it was. A reply takes a while to arrive, so this clock is
 * behind the database's and never ahead of it.
 */
export class DatabaseClock {
  #aheadOfMonotonicMs: number | undefined;

  /** Takes note of the time that a reply brought: `now` is `extract(epoch FROM clock_timestamp())`. */
  learn({ now }: Row): void {
    this.#aheadOfMonotonicMs = Number(now) * 1000 - performance.now();
  }

  /** Milliseconds since 1970, or undefined before the first reply. */
  nowMs(): number | undefined {
    return this.#aheadOfMonotonicMs === undefined ? undefined : this.#aheadOfMonotonicMs + performance.now();
  }
}
