import type { DerivedSession, DerivedSessions } from '@cross-app/protocol';
import { createMemoryRevocations } from '../../src/index.js';
import type { MemoryRevocations } from '../../src/index.js';

/** Real revocations, whose questions are counted, can be held up, and can fail. */
export interface CountedSessions {
  readonly revocations: MemoryRevocations;
  /** They can be watched. */
  readonly watched: Required<DerivedSessions>;
  /** They cannot. */
  readonly unwatched: DerivedSessions;
  /** The token hashes that were asked about. */
  readonly questions: readonly string[];
  /** Every question fails with this, until it is undefined again. */
  failure: Error | undefined;
  /** Answers of questions asked from now on are found at once and arrive when what this gives is called. */
  hold(): () => void;
}

const releases: (() => void)[] = [];

// A test that fails must not leave requests waiting for ever.
afterEach(() => {
  releases.splice(0).forEach((release) => {
    release();
  });
});

export function countQuestions(): CountedSessions {
  const revocations = createMemoryRevocations();
  const questions: string[] = [];
  let held: Promise<void> | undefined;

  async function isRevoked(derived: DerivedSession): Promise<boolean> {
    questions.push(derived.tokenHash);
    if (counted.failure !== undefined) throw counted.failure;
    const until = held;
    const answer = await revocations.isRevoked(derived);
    await until;
    return answer;
  }

  const counted: CountedSessions = {
    revocations,
    watched: { isRevoked, watchRevocations: (listener) => revocations.watchRevocations(listener) },
    unwatched: { isRevoked },
    questions,
    failure: undefined,
    hold() {
      let resolve: () => void = () => undefined;
      held = new Promise((done) => {
        resolve = done;
      });
      const release = (): void => {
        held = undefined;
        resolve();
      };
      releases.push(release);
      return release;
    },
  };
  return counted;
}

/** Lets a test move the clock that is read with `performance.now()`, and nothing else. */
export function movableClock(): { advance(seconds: number): void } {
  let offset = 0;
  const now = performance.now.bind(performance);
  jest.spyOn(performance, 'now').mockImplementation(() => now() + offset);
  return {
    advance(seconds) {
      offset += seconds * 1000;
    },
  };
}
