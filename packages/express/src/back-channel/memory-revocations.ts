import { endsDerivedSession, wrongOption } from '@cross-app/protocol';
import type { DerivedSession, DerivedSessions, Revocation, RevocationSink } from '@cross-app/protocol';
import { refuseUnknownKeys } from '../options.js';
import { tell } from '../logging/tell.js';

/** Options of {@link createMemoryRevocations}. */
export interface MemoryRevocationsOptions {
  /**
   * For how long a revocation is kept, in whole seconds, at least 60. Default 2,678,400, which is 31 days. It must be
   * longer than a session of this app can last.
   */
  readonly maxAgeSeconds?: number | undefined;
}

/** Revocations in the memory of one process: what `crossAppBackChannel` writes and `crossAppGuard` reads. */
export interface MemoryRevocations extends RevocationSink, Required<DerivedSessions> {}

type Listener = (revocation: Revocation | null) => void;

const DEFAULT_SECONDS = 31 * 86_400;

/**
 * Keeps revocations in memory, for an app that is one process and whose sessions are in its memory too: both are gone
 * after a restart. Otherwise a session outlives its revocation; take `createRevocationList` of `@cross-app/core` then.
 *
 * @throws TypeError at once for options that cannot work.
 * @example
 * const revocations = createMemoryRevocations();
 * const guard = crossAppGuard({ sessions: revocations, session });
 */
export function createMemoryRevocations(options: MemoryRevocationsOptions = {}): MemoryRevocations {
  const maxAgeMs = readMaxAge(options);
  const known = new Map<string, { readonly revocation: Revocation; readonly addedAt: number }>();
  const groups = new Map<string, Set<Revocation>>();
  const listeners = new Set<Listener>();

  function dropOld(now: number): void {
    // They are in the order in which they came.
    for (const [id, { revocation, addedAt }] of known) {
      if (now - addedAt < maxAgeMs) return;
      known.delete(id);
      const group = groups.get(groupOf(revocation));
      group?.delete(revocation);
      if (group?.size === 0) groups.delete(groupOf(revocation));
    }
  }

  function addNew(revocation: Revocation): void {
    known.set(revocation.id, { revocation, addedAt: performance.now() });
    const key = groupOf(revocation);
    groups.set(key, (groups.get(key) ?? new Set()).add(revocation));
    for (const listener of listeners) {
      tell('a listener of createMemoryRevocations', () => {
        listener(revocation);
      });
    }
  }

  return {
    add(revocation) {
      dropOld(performance.now());
      if (!known.has(revocation.id)) addNew(revocation);
      return Promise.resolve();
    },
    isRevoked(derived) {
      const candidates = groupsOf(derived).flatMap((key) => [...(groups.get(key) ?? [])]);
      return Promise.resolve(candidates.some((revocation) => endsDerivedSession(revocation, derived)));
    },
    watchRevocations(listener) {
      // One of our own for each watch: the same function may watch twice.
      const own: Listener = (revocation) => {
        listener(revocation);
      };
      listeners.add(own);
      return {
        close() {
          listeners.delete(own);
          return Promise.resolve();
        },
      };
    },
  };
}

// Most revocations name a handoff or a person, so that few have to be looked at for a session.
function groupOf({ tokenHash, userId }: Revocation): string {
  if (tokenHash !== null) return `token ${tokenHash}`;
  return userId === null ? 'all' : `user ${userId}`;
}

function groupsOf({ tokenHash, userId }: DerivedSession): readonly string[] {
  return [`token ${tokenHash}`, `user ${userId}`, 'all'];
}

function readMaxAge(options: MemoryRevocationsOptions): number {
  refuseUnknownKeys('createMemoryRevocations', options, ['maxAgeSeconds']);
  const { maxAgeSeconds: seconds = DEFAULT_SECONDS } = options;
  if (!Number.isSafeInteger(seconds) || seconds < 60) {
    throw wrongOption(
      'createMemoryRevocations: maxAgeSeconds must be a whole number of at least 60',
      seconds,
    );
  }
  return seconds * 1000;
}
