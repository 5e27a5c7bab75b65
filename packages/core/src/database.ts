import { CrossAppError } from '@cross-app/protocol';
import type { Knex } from 'knex';

/** One row of a reply, every value as PostgreSQL's text: the host's type parsers do not touch it. */
export type Row = Readonly<Record<string, string | null>>;

/** What goes with a statement's `$1`, `$2`, … */
export type Values = readonly (string | number | null)[];

interface PgNotice {
  readonly code?: string;
}

interface PgConnection {
  query(config: {
    text: string;
    values: Values;
    types: { getTypeParser: () => (value: string) => string };
  }): Promise<{ rows: Row[] }>;
  on(event: 'notice', listener: (notice: PgNotice) => void): void;
  off(event: 'notice', listener: (notice: PgNotice) => void): void;
  /** knex destroys a connection that has this set, instead of using it again. */
  __knex__disposed?: unknown;
}

interface ConnectionPool {
  acquireConnection(): Promise<PgConnection>;
  releaseConnection(connection: PgConnection): Promise<void>;
}

const PLAIN_TEXT = { getTypeParser: () => (value: string) => value };
// PostgreSQL answers a cancelled wait for a standby with the row and this warning. The row is not replicated.
const WARNING = '01000';
const SERIALIZATION_FAILURE = '40001';

/** Runs the statements of the verbs, one round trip each, on connections of the host's pool. */
export class Database {
  readonly #pool: ConnectionPool;
  readonly #timeoutMs: number;
  #isReadCommitted: Promise<boolean> | undefined;

  constructor(knex: Knex, timeoutMs: number) {
    this.#pool = knex.client as ConnectionPool;
    this.#timeoutMs = timeoutMs;
  }

  /**
   * Runs one statement in a transaction of its own, at READ COMMITTED whatever the host's default is: at a
   * higher level the losers of a race get a serialization failure where they should get a refusal.
   *
   * @throws CrossAppError `store_unavailable` when it failed or its outcome is unknown; `cause` has the error.
   */
  async run(text: string, values: Values): Promise<Row[]> {
    try {
      return (await this.#defaultIsReadCommitted())
        ? await this.#withConnection((connection) => this.#send(connection, text, values))
        : await this.#withConnection((connection) => this.#sendAsReadCommitted(connection, text, values));
    } catch (cause) {
      if (sqlState(cause) === SERIALIZATION_FAILURE) this.#isReadCommitted = undefined;
      throw new CrossAppError('store_unavailable', { cause });
    }
  }

  /** As {@link run}, and once more when the connection broke. Only for what may take effect twice without harm. */
  async runAgainIfCut(text: string, values: Values): Promise<Row[]> {
    try {
      return await this.run(text, values);
    } catch (error) {
      if (error instanceof CrossAppError && isBrokenConnection(error.cause)) return this.run(text, values);
      throw error;
    }
  }

  // Asked once: a statement cannot choose its own isolation level, and BEGIN costs a round trip.
  #defaultIsReadCommitted(): Promise<boolean> {
    this.#isReadCommitted ??= this.#withConnection(async (connection) => {
      const [row] = await this.#send(
        connection,
        "SELECT current_setting('transaction_isolation') AS level",
        [],
      );
      return row?.['level'] === 'read committed';
    }).catch((error: unknown) => {
      this.#isReadCommitted = undefined;
      throw error;
    });
    return this.#isReadCommitted;
  }

  async #sendAsReadCommitted(connection: PgConnection, text: string, values: Values): Promise<Row[]> {
    await this.#send(connection, 'BEGIN ISOLATION LEVEL READ COMMITTED', []);
    try {
      const rows = await this.#send(connection, text, values);
      await this.#send(connection, 'COMMIT', []);
      return rows;
    } catch (error) {
      connection.__knex__disposed = error;
      throw error;
    }
  }

  async #send(connection: PgConnection, text: string, values: Values): Promise<Row[]> {
    // Never cancelled: PostgreSQL would answer a cancelled wait for a standby as if it had ended well.
    const pending = connection.query({ text, values, types: PLAIN_TEXT });
    const { rows } = await this.#inTime(pending, 'the statement was not answered');
    return rows;
  }

  async #withConnection<Result>(work: (connection: PgConnection) => Promise<Result>): Promise<Result> {
    const connection = await this.#acquire();
    const warnings: PgNotice[] = [];
    const onNotice = (notice: PgNotice): void => {
      if (notice.code === WARNING) warnings.push(notice);
    };
    connection.on('notice', onNotice);
    try {
      const result = await work(connection);
      if (warnings.length > 0) throw new NoAnswer('PostgreSQL warned that the commit may not be replicated');
      return result;
    } catch (error) {
      // What the server may still send must not meet the next query.
      if (error instanceof NoAnswer || isBrokenConnection(error)) connection.__knex__disposed = error;
      throw error;
    } finally {
      connection.off('notice', onNotice);
      await this.#pool.releaseConnection(connection);
    }
  }

  async #acquire(): Promise<PgConnection> {
    const pending = this.#pool.acquireConnection();
    try {
      return await this.#inTime(pending, 'no connection was free');
    } catch (error) {
      // It may still come, and then goes back to the pool at once.
      if (error instanceof NoAnswer)
        pending.then((late) => this.#pool.releaseConnection(late)).catch(() => undefined);
      throw error;
    }
  }

  async #inTime<Result>(pending: Promise<Result>, otherwise: string): Promise<Result> {
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(new NoAnswer(`${otherwise} within ${this.#timeoutMs} ms`));
      }, this.#timeoutMs);
    });
    try {
      return await Promise.race([pending, timeout]);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** Nobody knows whether the statement took effect, and trying it again at once would wait as long again. */
class NoAnswer extends Error {
  override readonly name: 'NoAnswer' = 'NoAnswer' as const;
}

/** The SQLSTATE that PostgreSQL gave, wherever the error has been wrapped. */
function sqlState(error: unknown): string | undefined {
  const { code, cause } = (error ?? {}) as { code?: unknown; cause?: unknown };
  if (typeof code === 'string' && /^(?=.*\d)[0-9A-Z]{5}$/.test(code)) return code;
  return cause === undefined ? undefined : sqlState(cause);
}

// Class 08 is a connection exception, 57P01 to 57P03 a server that goes down or comes up; without a
// SQLSTATE the socket broke.
function isBrokenConnection(cause: unknown): boolean {
  if (cause instanceof NoAnswer) return false;
  const state = sqlState(cause);
  return state === undefined || state.startsWith('08') || /^57P0[123]$/.test(state);
}

/** Whether it failed for what it was to write, not for how things are: 22 is of values, 23 of constraints. */
export function isRefusedRow(error: unknown): boolean {
  return /^2[23]/.test(sqlState(error) ?? '');
}

/**
 * Whether a statement failed because of an id it was given: 22P02 and 22003 are not of the column's type, 23503
 * was deleted a moment ago.
 */
export function isUnknownId(error: unknown): boolean {
  return ['22P02', '22003', '23503'].includes(sqlState(error) ?? '');
}
