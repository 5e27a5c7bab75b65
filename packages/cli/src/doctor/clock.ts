import { fail, ok, warn } from './check.js';
import type { Check } from './check.js';

const WARN_MS = 5_000;
// As far as a token's own expiry may be off before it is refused unseen.
const FAIL_MS = 5 * 60_000;

/** A clock, as it was read from here. */
export interface ClockReading {
  /** Such as `the database`. */
  readonly whose: string;
  /** Milliseconds since 1970. */
  readonly theirsMs: number;
  /** This machine's clock when it was asked and when it answered. */
  readonly askedMs: number;
  readonly answeredMs: number;
  /** How coarse their clock is shown. */
  readonly resolutionMs: number;
}

/** How far a clock and this machine's are apart at least. */
export function judgeClock(name: string, reading: ClockReading): Check {
  const { whose, theirsMs, askedMs, answeredMs, resolutionMs } = reading;
  const theirMiddleMs = theirsMs + resolutionMs / 2;
  const aheadMs = theirMiddleMs - (askedMs + answeredMs) / 2;
  const uncertainMs = (answeredMs - askedMs + resolutionMs) / 2;
  const apartMs = Math.max(0, Math.abs(aheadMs) - uncertainMs);
  if (apartMs <= WARN_MS) return ok(name, `the clock of ${whose} and this machine's agree`);
  const problem = apartMs > FAIL_MS ? fail : warn;
  return problem(
    name,
    `the clock of ${whose} is ${Math.round(apartMs / 1000)} s ${aheadMs > 0 ? 'ahead of' : 'behind'} this machine's`,
    "Let chrony or systemd-timesyncd set the clocks of both. PostgreSQL's decides when a token ends; cookies, certificates and logs go by the others.",
  );
}
