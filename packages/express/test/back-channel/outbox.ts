import type { Revocation, RevocationOutbox } from '@cross-app/protocol';

/** An outbox of one process, as the one in the database behaves. */
export interface TestOutbox extends RevocationOutbox {
  put(...revocations: Revocation[]): void;
  /** The ids that the app has not confirmed. */
  waitingFor(targetApp: string): readonly string[];
  /** Claims or confirms fail with this, until it is undefined again. */
  failure: { readonly claim?: Error; readonly confirm?: Error };
  readonly claims: number;
}

export function createOutbox(): TestOutbox {
  const kept: Revocation[] = [];
  const confirmed = new Set<string>();
  const waiting = (targetApp: string): Revocation[] =>
    kept.filter(
      (one) => (one.targetApp ?? targetApp) === targetApp && !confirmed.has(`${targetApp} ${one.id}`),
    );
  let claims = 0;
  const outbox: TestOutbox = {
    failure: {},
    get claims() {
      return claims;
    },
    put(...revocations) {
      kept.push(...revocations);
    },
    waitingFor: (targetApp) => waiting(targetApp).map(({ id }) => id),
    claim(targetApp, limit) {
      claims += 1;
      const { claim } = outbox.failure;
      return claim === undefined
        ? Promise.resolve(waiting(targetApp).slice(0, limit))
        : Promise.reject(claim);
    },
    confirm(targetApp, ids) {
      const { confirm } = outbox.failure;
      if (confirm !== undefined) return Promise.reject(confirm);
      for (const id of ids) confirmed.add(`${targetApp} ${id}`);
      return Promise.resolve();
    },
  };
  return outbox;
}
