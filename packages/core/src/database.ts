import { CrossAppError } from '@cross-app/protocol';
import type { Knex } from 'knex';
import { inTime, NoAnswer } from './in-time.js';
import { PlanAge } from './plan-age.js';
import {
  isBrokenConnection,
  isOfPooler,
  isOfPreparing,
  isSerializationFailure,
  isUndone,
  isStalePlan,
} from './sql-state.js';

/** One row of a reply, every value as PostgreSQL's text: the host's type parsers do not touch it. */
export type Row = Readonly<Record<string, string | null>>;

type Value = string | number | null;

/** What goes with `$1`, `$2`, … of a statement about one row. */
export type ValuesOfOne = readonly Value[];

/** What goes with `$1`, `$2`, … of any statement; a list is an array of PostgreSQL. */
export type Values = readonly (Value | ValuesOfOne)[];

/** SQL with `$1`, `$2`, …, and the name by which a connection keeps it parsed and planned. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

/** Whether there still is somebody who waits for the answer. */
export type IsWanted = () => boolean;

interface PgNotice {
  readonly code?: string;
}

interface PgConnection {
  query(config: {
    name?: string;
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

const MAX_TRIES = 3;
const always: IsWanted = () => true;
const PLAIN_TEXT = { getTypeParser: () => (value: string) => value };
// PostgreSQL answers a cancelled wait for a standby with the row and this warning. The row is not replicated.
const WARNING = '01000';
type Unprepared = Omit<Statement, 'name'>;

interface DatabaseSettings {
  readonly timeoutMs: number;
  /** Whether statements with a name are prepared under it. Default false. */
  readonly prepare?: boolean;
}

/** Runs the statements of the verbs, one round trip each, on connections of the host's pool. */
export class Database {
  readonly #pool: ConnectionPool;
  readonly #timeoutMs: number;
  readonly #planAge = new PlanAge();
  #prepares: boolean;
  #isReadCommitted: Promise<boolean> | undefined;

  constructor(knex: Knex, { timeoutMs, prepare = false }: DatabaseSettings) {
    this.#pool = knex.client as ConnectionPool;
    this.#timeoutMs = timeoutMs;
    this.#prepares = prepare;
  }

  /**
   * Runs one statement in a transaction of its own, at READ COMMITTED whatever the host's default is: at a
   * higher level the losers of a race get a serialization failure where they should get a refusal. Nothing is sent
   * when nobody wants it any more by the time that there is a connection.
   *
   * @throws CrossAppError `store_unavailable` when it failed or its outcome is unknown; `cause` has the error.
   */
  async run(statement: Statement | string, values: Values, isWanted: IsWanted = always): Promise<Row[]> {
    if (typeof statement === 'string') return this.#run({ text: statement }, values, isWanted);
    const { text } = statement;
    if (!this.#prepares) return this.#run({ text }, values, isWanted);
    try {
      return await this.#run(statement, values, isWanted);
    } catch (error) {
      if (!isOfPreparing(error)) throw error;
      if (isOfPooler(error)) this.#prepareNoMore();
      return this.#run({ text }, values, isWanted);
    }
  }

  async #run(statement: Unprepared | Statement, values: Values, isWanted: IsWanted): Promise<Row[]> {
    try {
      const isReadCommitted = await this.#defaultIsReadCommitted();
      return await this.#withConnection(
        (connection) =>
          isReadCommitted
            ? this.#send(connection, statement, values)
            : this.#sendAsReadCommitted(connection, statement, values),
        isWanted,
      );
    } catch (cause) {
      if (isSerializationFailure(cause)) this.#isReadCommitted = undefined;
      throw new CrossAppError('store_unavailable', { cause });
    }
  }

  #prepareNoMore(): void {
    if (!this.#prepares) return;
    this.#prepares = false;
    process.emitWarning(
      'Connections lose the statements that are prepared on them, as behind PgBouncer before 1.21. From now on this process prepares none: set prepare: false.',
      'CrossAppPrepareWarning',
    );
  }

  /**
   * As {@link run}, and again when the connection broke or PostgreSQL has undone the statement for the sake of another
   * one: three times in all, of which two may break. Only for what may take effect twice without harm.
   */
  async runAgainIfCut(statement: Statement | string, values: Values, isWanted?: IsWanted): Promise<Row[]> {
    let isCut = false;
    for (let tries = 1; ; tries++) {
      try {
        return await this.run(statement, values, isWanted);
      } catch (error) {
        if (tries === MAX_TRIES || !(error instanceof CrossAppError)) throw error;
        if (isUndone(error.cause)) continue;
        if (isCut || !isBrokenConnection(error.cause)) throw error;
        isCut = true;
      }
    }
  }

  // Asked once: a statement cannot choose its own isolation level, and BEGIN costs a round trip.
  #defaultIsReadCommitted(): Promise<boolean> {
    this.#isReadCommitted ??= this.#withConnection(async (connection) => {
      const [row] = await this.#send(
        connection,
        { text: "SELECT current_setting('transaction_isolation') AS level" },
        [],
      );
      return row?.['level'] === 'read committed';
    }).catch((error: unknown) => {
      this.#isReadCommitted = undefined;
      throw error;
    });
    return this.#isReadCommitted;
  }

  async #sendAsReadCommitted(
    connection: PgConnection,
    statement: Unprepared | Statement,
    values: Values,
  ): Promise<Row[]> {
    await this.#send(connection, { text: 'BEGIN ISOLATION LEVEL READ COMMITTED' }, []);
    try {
      const rows = await this.#send(connection, statement, values);
      await this.#send(connection, { text: 'COMMIT' }, []);
      return rows;
    } catch (error) {
      connection.__knex__disposed = error;
      throw error;
    }
  }

  async #send(connection: PgConnection, statement: Unprepared | Statement, values: Values): Promise<Row[]> {
    // Never cancelled: PostgreSQL would answer a cancelled wait for a standby as if it had ended well.
    const name = 'name' in statement ? { name: this.#planAge.nameOn(connection, statement.name) } : {};
    const pending = connection.query({ ...name, text: statement.text, values, types: PLAIN_TEXT });
    const { rows } = await inTime(pending, this.#timeoutMs, 'the statement was not answered');
    return rows;
  }

  async #withConnection<Result>(
    work: (connection: PgConnection) => Promise<Result>,
    isWanted = always,
  ): Promise<Result> {
    const connection = await this.#acquire(isWanted);
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
      if (error instanceof NoAnswer || isBrokenConnection(error) || isStalePlan(error))
        connection.__knex__disposed = error;
      throw error;
    } finally {
      connection.off('notice', onNotice);
      await this.#pool.releaseConnection(connection);
    }
  }

  async #acquire(isWanted: IsWanted): Promise<PgConnection> {
    const pending = this.#pool.acquireConnection();
    try {
      const connection = await inTime(pending, this.#timeoutMs, 'no connection was free');
      if (isWanted()) return connection;
      throw new NoAnswer('no connection was free while somebody waited');
    } catch (error) {
      // It may still come, and then goes back to the pool at once.
      if (error instanceof NoAnswer)
        pending.then((late) => this.#pool.releaseConnection(late)).catch(() => undefined);
      throw error;
    }
  }
}
