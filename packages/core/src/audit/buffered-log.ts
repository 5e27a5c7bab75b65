import type { AuditEntry, AuditRecorder } from '@cross-app/protocol';
import { mistake } from '@cross-app/protocol';
import { originOf } from '../sessions-origin.js';
import type { DatabaseSessions } from '../sessions.js';
import { translateEvents } from './from-events.js';
import type { RecordedRow } from './insert.js';
import { PendingRows } from './pending.js';
import { toAuditRow } from './row.js';

/** Writes what happens to handoffs into `cross_app_audit`, beside the sign-ins and not in their way. */
export interface AuditLog extends AuditRecorder {
  /** Entries that were given up: too many at once, no event of the audit, not taken by the table, or after {@link close}. */
  readonly dropped: number;
  /**
   * Records all events of these sessions until the function that it returns is called.
   *
   * @throws TypeError for sessions of another table than the audit's.
   */
  watch(sessions: Pick<DatabaseSessions, 'on' | 'off'>): () => void;
  /** Writes what was recorded before this call, if the database takes it. Never rejects. */
  flush(): Promise<void>;
  /** Watches no more, and writes what is left: to be awaited before the process ends and the knex is destroyed. */
  close(): Promise<void>;
}

const MAX_RETRY_MS = 10_000;

interface Settings {
  readonly insert: (recorded: readonly RecordedRow[]) => Promise<void>;
  readonly sessionsTable: string;
  readonly flushMs: number;
  readonly maxPending: number;
}

/** Keeps what is recorded until it is written. */
export class BufferedAuditLog implements AuditLog {
  readonly #settings: Settings;
  readonly #pending: PendingRows;
  readonly #stops = new Set<() => void>();
  #dropped = 0;
  /** In a row. */
  #failures = 0;
  #isClosed = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(settings: Settings) {
    this.#settings = settings;
    this.#pending = new PendingRows({
      insert: settings.insert,
      onOutcome: (error) => {
        this.#learn(error);
      },
      onRefused: () => {
        this.#drop(1);
      },
    });
  }

  get dropped(): number {
    return this.#dropped;
  }

  record(entry: AuditEntry): void {
    this.#recordAll([entry]);
  }

  watch(sessions: Pick<DatabaseSessions, 'on' | 'off'>): () => void {
    const { sessionsTable } = this.#settings;
    const watched = originOf(sessions)?.sessionsTable ?? sessionsTable;
    if (watched !== sessionsTable) {
      throw mistake(`These sessions are of ${watched}: createAuditLog needs sessionsTable: '${watched}'`);
    }
    const stop = translateEvents(sessions, (entries) => {
      this.#recordAll(entries);
    });
    this.#stops.add(stop);
    return () => {
      this.#stops.delete(stop);
      stop();
    };
  }

  flush(): Promise<void> {
    return this.#pending.write();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    for (const stop of this.#stops) stop();
    this.#stops.clear();
    await this.flush();
    this.#drop(this.#pending.giveUp());
  }

  // All or none: when thousands were revoked at once, the limit is not to cut their number down.
  #recordAll(entries: readonly AuditEntry[]): void {
    if (this.#isClosed || this.#pending.length >= this.#settings.maxPending) {
      this.#drop(entries.length);
      return;
    }
    const recordedAt = performance.now();
    for (const entry of entries) {
      const row = toAuditRow(entry);
      if (row === undefined) this.#drop(1);
      else this.#pending.add({ row, recordedAt });
    }
    if (this.#pending.length > 0) this.#flushLater();
  }

  #flushLater(): void {
    if (this.#timer !== undefined || this.#isClosed) return;
    const { flushMs } = this.#settings;
    const delay = Math.min(flushMs * 2 ** this.#failures, Math.max(flushMs, MAX_RETRY_MS));
    const flush = async (): Promise<void> => {
      await this.flush();
      this.#timer = undefined;
      if (this.#pending.length > 0) this.#flushLater();
    };
    // It does not keep the process alive: who wants to lose nothing calls close.
    this.#timer = setTimeout(() => void flush(), delay).unref();
  }

  #learn(error: unknown): void {
    this.#failures = error === undefined ? 0 : this.#failures + 1;
    if (this.#failures !== 1) return; // said already
    const { cause = error } = error instanceof Error ? error : {};
    warn(`cannot be written, and waits in memory: ${String(cause)}`);
  }

  #drop(count: number): void {
    if (this.#dropped === 0 && count > 0) warn('loses entries; `dropped` says how many');
    this.#dropped += count;
  }
}

function warn(what: string): void {
  process.emitWarning(`the audit of handoffs ${what}`, 'CrossAppAuditWarning');
}
