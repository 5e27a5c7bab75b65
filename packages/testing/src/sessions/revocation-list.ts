import { endsDerivedSession } from '@cross-app/protocol';
import type { DerivedSessions, Revocation } from '@cross-app/protocol';

/** Revocations in the order in which they were made, and who is told of them. */
export interface MemoryRevocations extends Required<DerivedSessions> {
  add(revocation: Revocation): void;
}

export function createRevocations(): MemoryRevocations {
  const made: Revocation[] = [];
  const listeners = new Set<(revocation: Revocation | null) => void>();
  return {
    add(revocation) {
      made.push(revocation);
      for (const listener of listeners) listener(revocation);
    },
    isRevoked: (derived) => Promise.resolve(made.some((each) => endsDerivedSession(each, derived))),
    watchRevocations(listener) {
      // One function may watch twice, and each watch ends by itself.
      const watch: typeof listener = (revocation) => {
        listener(revocation);
      };
      listeners.add(watch);
      return {
        close() {
          listeners.delete(watch);
          return Promise.resolve();
        },
      };
    },
  };
}
