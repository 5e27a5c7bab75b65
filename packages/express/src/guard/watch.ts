import type { DerivedSessions, Revocation, RevocationWatch } from '@cross-app/protocol';
import { tell } from '../logging/tell.js';

/** A watch of revocations that begins when it is first needed. */
export interface LazyWatch {
  begin(): void;
  close(): Promise<void>;
}

/**
 * Watches `sessions`, if they can be watched. Not before the first derived session: an app that only builds its routes,
 * as a test does, opens no connection. One that cannot begin becomes a process warning, since nothing depends on it.
 */
export function createWatch(
  sessions: DerivedSessions,
  listener: (revocation: Revocation | null) => void,
): LazyWatch {
  let isBegun = false;
  let watch: RevocationWatch | undefined;
  return {
    begin() {
      if (isBegun) return;
      isBegun = true;
      tell('watchRevocations of crossAppGuard', () => {
        watch = sessions.watchRevocations?.(listener);
      });
    },
    async close() {
      isBegun = true;
      await watch?.close();
      watch = undefined;
    },
  };
}
