import { CrossAppError } from '@cross-app/protocol';
import type { Database, Row, Values } from '../database.js';
import { unquote } from '../table-name.js';

/** A table of revocations that may not be there yet: the code may be deployed before its migration has run. */
export class RevocationTable {
  /** Quoted. */
  readonly name: string;
  readonly #database: Database;
  #isThere = false;

  constructor(database: Database, name: string) {
    this.#database = database;
    this.name = name;
  }

  /** Whether it is there. One that is gets asked for once; one that is not, each time. */
  async exists(): Promise<boolean> {
    if (!this.#isThere) {
      const [row] = await this.#database.runAgainIfCut('SELECT to_regclass($1) IS NOT NULL AS exists', [
        this.name,
      ]);
      this.#isThere = row?.['exists'] === 't';
    }
    return this.#isThere;
  }

  /** @throws CrossAppError `store_unavailable` that says what to run, when it is not there. */
  async #require(): Promise<void> {
    if (await this.exists()) return;
    throw new CrossAppError('store_unavailable', {
      cause: new TypeError(
        `There is no ${unquote(this.name)}, without which nobody knows what has been revoked: run the migrations (cross-app migrate)`,
      ),
    });
  }

  /**
   * Runs a statement that needs the table, and may take effect twice without harm.
   *
   * @throws CrossAppError `store_unavailable`, which says what to run when the table is not there.
   */
  async run(statement: string, values: Values): Promise<Row[]> {
    await this.#require();
    try {
      return await this.#database.runAgainIfCut(statement, values);
    } catch (error) {
      this.forget();
      throw error;
    }
  }

  /** To be called when a statement failed: it may have been taken back since. */
  forget(): void {
    this.#isThere = false;
  }
}
