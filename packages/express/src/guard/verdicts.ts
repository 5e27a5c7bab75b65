import { endsDerivedSession } from '@cross-app/protocol';
import type { DerivedSession, DerivedSessions, Revocation } from '@cross-app/protocol';

/** What one process knows of which derived sessions are revoked. */
export interface Verdicts {
  /** Rejects with what `sessions` throws: then nothing is known. */
  isRevoked(derived: DerivedSession): Promise<boolean>;
  /** Has what the revocation may have ended asked about again; all, for null. */
  forget(revocation: Revocation | null): void;
}

interface Question {
  readonly derived: DerivedSession;
  readonly askedAt: number;
  readonly answer: Promise<boolean>;
  isRevoked: boolean;
}

// About 5 MB. An answer is used for seconds, so the oldest is the one to do without.
const MAX_QUESTIONS = 10_000;

/**
 * Asks `sessions`, and keeps each answer for as long as the questions are no older than that: a "no" is as old as its
 * question, however long it was on its way. A "yes" stays, since nothing is revoked back.
 *
 * Whatever is forgotten meanwhile is not in the map when its answer arrives, and so is not used again: an answer from
 * before a revocation cannot hide it.
 */
export function createVerdicts(sessions: DerivedSessions, maxStalenessMs: number): Verdicts {
  const questions = new Map<string, Question>();

  function keep(question: Question): void {
    const { tokenHash } = question.derived;
    questions.delete(tokenHash);
    questions.set(tokenHash, question);
    for (const oldest of questions.keys()) {
      if (questions.size <= MAX_QUESTIONS) return;
      questions.delete(oldest);
    }
  }

  function ask(derived: DerivedSession): Promise<boolean> {
    // Before the question, not after the answer: what happened in between may not be in it.
    const askedAt = performance.now();
    const question = { derived, askedAt, answer: answer(sessions, derived), isRevoked: false };
    keep(question);
    question.answer.then(
      (isRevoked) => {
        if (!isRevoked) return;
        question.isRevoked = true;
        keep(question);
      },
      () => {
        if (questions.get(derived.tokenHash) === question) questions.delete(derived.tokenHash);
      },
    );
    return question.answer;
  }

  return {
    isRevoked(derived) {
      const known = questions.get(derived.tokenHash);
      if (known === undefined) return ask(derived);
      const isUsable = known.isRevoked || performance.now() - known.askedAt < maxStalenessMs;
      return isUsable ? known.answer : ask(derived);
    },
    forget(revocation) {
      for (const [key, { derived, isRevoked }] of questions) {
        if (isRevoked) continue;
        if (revocation === null || endsDerivedSession(revocation, derived)) questions.delete(key);
      }
    },
  };
}

// What throws instead of rejecting is caught as well.
async function answer(sessions: DerivedSessions, derived: DerivedSession): Promise<boolean> {
  return await sessions.isRevoked(derived);
}
