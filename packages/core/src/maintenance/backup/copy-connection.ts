import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import type { Knex } from 'knex';
import { from, to } from 'pg-copy-streams';

interface PgConnection {
  query<Stream extends Readable | Writable>(stream: Stream): Stream;
  end(): Promise<void>;
  /** knex destroys a connection that has this set, instead of using it again. */
  __knex__disposed?: unknown;
}

/** What `COPY … TO STDOUT` gives, on the connection of the transaction. */
export async function* copyOut(trx: Knex.Transaction, statement: string): AsyncGenerator<Buffer> {
  const connection = await connectionOf(trx);
  const stream = connection.query(to(statement));
  let isComplete = false;
  try {
    for await (const chunk of stream) yield chunk as Buffer;
    isComplete = true;
  } finally {
    // PostgreSQL sends all the rest before it listens again, and there may be millions of rows.
    if (!isComplete) {
      connection.__knex__disposed = new TypeError('COPY was not read to its end');
      void connection.end().catch(() => undefined);
    }
  }
}

/** A `COPY … FROM STDIN` under way, on the connection of the transaction. */
export class CopyIn {
  readonly #stream: Writable;
  readonly #failed: Promise<never>;
  #isOver = false;

  private constructor(stream: Writable) {
    this.#stream = stream;
    this.#failed = new Promise((_, reject) => {
      stream.on('error', (error) => {
        this.#isOver = true;
        reject(error);
      });
    });
    this.#failed.catch(() => undefined);
  }

  static async start(trx: Knex.Transaction, statement: string): Promise<CopyIn> {
    return new CopyIn((await connectionOf(trx)).query(from(statement)));
  }

  /** Resolves once the socket has taken it. @throws what PostgreSQL says about the rows. */
  write(bytes: Buffer): Promise<void> {
    const written = new Promise<void>((resolve) => {
      this.#stream.write(bytes, () => {
        resolve();
      });
    });
    return Promise.race([this.#failed, written]);
  }

  /** Resolves once PostgreSQL has all rows. @throws what it says about them. */
  async end(): Promise<void> {
    const finished = once(this.#stream, 'finish');
    this.#stream.end();
    await Promise.race([this.#failed, finished]);
    this.#isOver = true;
  }

  /** Gives up, so that the connection can be used for a rollback. */
  async cancel(): Promise<void> {
    if (this.#isOver) return;
    this.#stream.destroy();
    await this.#failed.catch(() => undefined);
  }
}

function connectionOf(trx: Knex.Transaction): Promise<PgConnection> {
  // The client of a transaction has one connection only.
  return (trx.client as { acquireConnection(): Promise<PgConnection> }).acquireConnection();
}
