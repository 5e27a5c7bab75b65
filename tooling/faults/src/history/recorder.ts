import { closeSync, fdatasync, openSync, writeSync } from 'node:fs';
import { promisify } from 'node:util';
import type { FinalRow, Healthy, Moment, NewLife, Outcome, Request, Told } from './history.js';

const sync = promisify(fdatasync);

/**
 * Which row an event tells of. An id alone, as an entry of the audit has it, does not always say: in a new life of the
 * database ids that were lost come again. Milliseconds of the database's clock.
 */
export interface RowOfEvent {
  readonly id: string;
  readonly createdAtMs?: number;
  readonly usedAtMs?: number;
}

/** Events know of no token, so the rows say which one's they are. */
export type RecordedRow = FinalRow & { readonly id: string; readonly createdAtMs: number };

/** A line of a history's file. */
export type Line =
  | { readonly kind: 'invoked'; readonly id: string; readonly at: Moment; readonly request: Request }
  | { readonly kind: 'completed'; readonly id: string; readonly at: Moment; readonly outcome: Outcome }
  | ({ readonly kind: 'told'; readonly row: RowOfEvent } & Omit<Told, 'tokenHash'>)
  | ({ readonly kind: 'healthy' } & Healthy)
  | ({ readonly kind: 'newLife' } & NewLife)
  | { readonly kind: 'killed'; readonly process: string }
  | { readonly kind: 'clock'; readonly min: number; readonly max: number }
  | { readonly kind: 'rows'; readonly rows: readonly RecordedRow[] }
  | { readonly kind: 'cleaned'; readonly beforeMs: number };

/** The machine's monotonic clock, in milliseconds. */
export function now(): Moment {
  return Number(process.hrtime.bigint()) / 1e6;
}

/**
 * Writes down what a process does, in a file of its own. A line is with the operating system when the call returns, so
 * that a SIGKILL takes none of it back, and on the disk when {@link Recorder.synced} resolves.
 */
export class Recorder {
  readonly #file: number;
  #syncing: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  constructor(path: string) {
    this.#file = openSync(path, 'ax');
  }

  write(line: Line): void {
    writeSync(this.#file, `${JSON.stringify(line)}\n`);
  }

  /** Resolves when everything that was written before the call is on the disk. Calls that wait share a sync. */
  synced(): Promise<void> {
    if (this.#syncing === undefined) return (this.#syncing = this.#sync());
    this.#next ??= this.#syncing.then(() => {
      this.#next = undefined;
      return (this.#syncing = this.#sync());
    });
    return this.#next;
  }

  close(): void {
    closeSync(this.#file);
  }

  async #sync(): Promise<void> {
    await sync(this.#file);
    this.#syncing = undefined;
  }
}
