import type { Knex } from 'knex';
import type { Exchange } from './exchange.js';

const TABLE = 'exchanges';
const KEPT = 500;
const SHOWN = 80;

/** Makes the table that both apps write into. It is the demo's own: no part of a handoff needs it. */
export async function createJournalTable(knex: Knex): Promise<void> {
  await knex.raw(
    `CREATE TABLE IF NOT EXISTS ${TABLE} (
       id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
       started_at double precision NOT NULL,
       exchange json NOT NULL
     )`,
  );
}

/** Keeps what the apps were asked, whichever process it happened in: the last few hundred exchanges. */
export class Journal {
  readonly #knex: Knex;
  readonly #waiting: Exchange[] = [];
  #writing: Promise<void> | undefined;

  constructor(knex: Knex) {
    this.#knex = knex;
  }

  /** Nobody waits for it, and nothing fails with it. */
  record(exchange: Exchange): void {
    if (this.#waiting.length < KEPT) this.#waiting.push(exchange);
    this.#writing ??= this.#writeAll();
  }

  /** The last exchanges, in the order in which they began. */
  async latest(): Promise<readonly Exchange[]> {
    await this.#writing;
    const rows = await this.#knex(TABLE)
      .orderBy('started_at', 'desc')
      .limit(SHOWN)
      .select<{ exchange: Exchange }[]>('exchange');
    return rows.map(({ exchange }) => exchange).reverse();
  }

  // One connection at most: what comes meanwhile goes along with the next statement.
  async #writeAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      await this.#write(this.#waiting.splice(0)).catch(() => undefined);
    }
    this.#writing = undefined;
  }

  async #write(exchanges: readonly Exchange[]): Promise<void> {
    const rows = exchanges.map((exchange) => ({
      started_at: exchange.startedAt,
      exchange: JSON.stringify(exchange),
    }));
    await this.#knex(TABLE).insert(rows);
    await this.#knex.raw(`DELETE FROM ${TABLE} WHERE id <= (SELECT max(id) FROM ${TABLE}) - ${KEPT}`);
  }
}
