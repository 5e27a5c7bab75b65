/** Where the kit takes the time from. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
}

/** A clock that stands still until it is moved. */
export interface TestClock extends Clock {
  /** Moves it forward by so many milliseconds, and says what time it is then. */
  advance(ms: number): number;
}

/** The machine's own. */
export const SYSTEM_CLOCK: Clock = { now: () => Date.now() };

/**
 * A clock for tests: let a minute pass, and a token of the bound flow has expired.
 *
 * @param startMs milliseconds since 1970. Default is the machine's time, for a token also says when it expires, and
 *   the target app may compare that with its own clock.
 * @throws TypeError for a start or a step that is no whole number, or a step back.
 * @example
 * const clock = createTestClock();
 * const sessions = createMemorySessions({ clock, people });
 * clock.advance(60_000);
 */
export function createTestClock(startMs: number = Date.now()): TestClock {
  let nowMs = requireMs('startMs', startMs);
  return {
    now: () => nowMs,
    advance(ms) {
      nowMs += requireMs('ms', ms);
      return nowMs;
    },
  };
}

function requireMs(name: string, value: number): number {
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new TypeError(`${name} must be a whole number of milliseconds, 0 or more, not ${String(value)}`);
}
