import { setTimeout } from 'node:timers/promises';
import type { Revocation, RevocationWatch } from '@cross-app/protocol';
import type { Knex } from 'knex';
import { ListeningConnection } from './connection.js';
import type { RevocationTable } from './known-table.js';
import { fullNameOf } from './record.js';
import { isRevocationJson, toRevocation } from './revocation.js';

type Listener = (revocation: Revocation | null) => void;

/** What a watch is of. */
export interface Watched {
  readonly knex: Knex;
  readonly table: RevocationTable;
  /** How often the connection is tried, in milliseconds. Default 30,000. */
  readonly checkMs?: number;
  /** How long it may take to answer, in milliseconds. Default 10,000. */
  readonly answerMs?: number;
}

const CHECK_MS = 30_000;
const FIRST_PAUSE_MS = 100;
const MAX_PAUSE_MS = 30_000;

/** Begins to listen: see `DerivedSessions` in protocol for the contract. */
export function watchRevocations(watched: Watched, listener: Listener): RevocationWatch {
  const closed = new AbortController();
  const running = keepListening(watched, listener, closed.signal);
  return {
    close: () => {
      closed.abort();
      return running;
    },
  };
}

async function keepListening(watched: Watched, listener: Listener, closed: AbortSignal): Promise<void> {
  let failures = 0;
  while (!closed.aborted) {
    try {
      await listen(watched, listener, {
        closed,
        onAlive: () => {
          failures = 0;
        },
      });
    } catch (error) {
      if (failures === 0) warn(`are not heard of at once until a connection is back: ${reasonOf(error)}`);
      // Many processes lose their connections together, and should not all come back together.
      const longest = Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * 2 ** failures);
      failures += 1;
      await pause(longest * (0.5 + Math.random() / 2), closed);
    }
  }
}

/** Returns when the watch is closed. @throws when the connection cannot be had, or is lost. */
async function listen(
  { knex, table, checkMs = CHECK_MS, answerMs }: Watched,
  listener: Listener,
  { closed, onAlive }: { readonly closed: AbortSignal; readonly onAlive: () => void },
): Promise<void> {
  const [row] = await table.run(`SELECT ${fullNameOf(table.name)} AS name`, []);
  const name = row?.['name'];
  const onPayload = (payload: string): void => {
    const revocation = readPayload(payload, name);
    if (revocation !== undefined && !closed.aborted) tell(listener, revocation);
  };
  const connection = await ListeningConnection.open(knex, onPayload, answerMs);
  try {
    // What was revoked before it listened, or since it listened no more, nobody has told.
    if (!closed.aborted) tell(listener, null);
    for (;;) {
      await Promise.race([pause(checkMs, closed), connection.lost]);
      if (closed.aborted) return;
      await connection.check();
      onAlive();
    }
  } finally {
    await connection.close();
  }
}

/** Ends early when it is aborted. Does not keep the process alive. */
async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await setTimeout(milliseconds, undefined, { signal, ref: false }).catch(() => undefined);
}

/** Undefined for one of another table; null for what is not of our form, but may stand for something. */
function readPayload(payload: string, table: string | null | undefined): Revocation | null | undefined {
  try {
    const { table: from, revocation } = JSON.parse(payload) as { table?: unknown; revocation?: unknown };
    if (from !== table) return undefined;
    return isRevocationJson(revocation) ? toRevocation(revocation) : null;
  } catch {
    return null;
  }
}

function tell(listener: Listener, revocation: Revocation | null): void {
  try {
    listener(revocation);
  } catch (error) {
    warn(`had a listener that failed: ${String(error)}`);
  }
}

/** What the driver said: ours only says that the store is not available. */
function reasonOf(error: unknown): string {
  const { cause = error } = error instanceof Error ? error : {};
  return String(cause);
}

function warn(what: string): void {
  process.emitWarning(`revocations ${what}`, 'CrossAppRevocationWarning');
}
