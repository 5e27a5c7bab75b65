import { isRefusedRow } from '../sql-state.js';
import type { RecordedRow } from './insert.js';

const ROWS_PER_STATEMENT = 1_000;

/** What {@link PendingRows} goes by, and whom it tells. */
export interface Writing {
  readonly insert: (recorded: readonly RecordedRow[]) => Promise<void>;
  /** Undefined when rows were written; otherwise the database took none of them, and they go on waiting. */
  readonly onOutcome: (error: unknown) => void;
  /** A row that the table does not take was given up. */
  readonly onRefused: () => void;
}

/** Rows that wait to be written, in the order in which they came. */
export class PendingRows {
  readonly #writing: Writing;
  readonly #rows: RecordedRow[] = [];
  #added = 0;
  /** Written or given up. */
  #gone = 0;
  #batchSize: number = ROWS_PER_STATEMENT;
  /** One statement at a time, so that a slow database costs one connection. */
  #last: Promise<void> = Promise.resolve();

  constructor(writing: Writing) {
    this.#writing = writing;
  }

  get length(): number {
    return this.#rows.length;
  }

  add(row: RecordedRow): void {
    this.#added += 1;
    this.#rows.push(row);
  }

  /** Writes what was added before this call, if the database takes it. Never rejects. */
  write(): Promise<void> {
    const end = this.#added;
    this.#last = this.#last.then(() => this.#writeUpTo(end));
    return this.#last;
  }

  /** Lets go of all that still waits, and says how many that were. */
  giveUp(): number {
    return this.#remove(this.#rows.length);
  }

  async #writeUpTo(end: number): Promise<void> {
    while (this.#gone < end && this.#rows.length > 0) {
      const batch = this.#rows.slice(0, this.#batchSize);
      try {
        await this.#writing.insert(batch);
        this.#remove(batch.length);
        this.#writing.onOutcome(undefined);
        this.#batchSize = Math.min(ROWS_PER_STATEMENT, this.#batchSize * 2);
      } catch (error) {
        if (!isRefusedRow(error)) {
          this.#writing.onOutcome(error);
          return;
        }
        this.#narrowDown(batch.length);
      }
    }
  }

  // A host may have added a constraint, or keep its texts in an encoding that lacks a character. One row must not hold
  // up all others until they are lost: it is looked for by halves.
  #narrowDown(length: number): void {
    this.#batchSize = Math.ceil(length / 2);
    if (length > 1) return;
    this.#remove(1);
    this.#writing.onRefused();
  }

  #remove(count: number): number {
    this.#gone += count;
    this.#rows.splice(0, count);
    return count;
  }
}
