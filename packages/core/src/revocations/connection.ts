import type { Knex } from 'knex';
import { CHANNEL } from './record.js';

interface RawConnection {
  query(text: string): Promise<unknown>;
  on(event: 'notification', listener: (message: { payload?: string }) => void): void;
  on(event: 'error' | 'end', listener: (error?: Error) => void): void;
  end(): Promise<void>;
  unref(): void;
  readonly connection: { readonly stream: { destroy(): void } };
}

interface Connector {
  acquireRawConnection(): Promise<RawConnection>;
}

/** How long the database may take to answer, before the connection is taken for dead. */
const ANSWER_MS = 10_000;
/** How long a connection may take to say goodbye. */
const GOODBYE_MS = 1_000;

/**
 * A connection of its own that listens: one of the pool would be given to the next query. It does not keep the process
 * alive.
 */
export class ListeningConnection {
  readonly #raw: RawConnection;
  readonly #answerMs: number;
  /** Rejects once the connection is gone. */
  readonly lost: Promise<never>;
  #isLost = false;

  private constructor(raw: RawConnection, answerMs: number) {
    this.#raw = raw;
    this.#answerMs = answerMs;
    this.lost = new Promise((_, reject) => {
      const lose = (error?: Error): void => {
        this.#isLost = true;
        reject(error ?? new ConnectionLost('the database ended the connection'));
      };
      raw.on('error', lose);
      raw.on('end', lose);
    });
    this.lost.catch(() => undefined);
  }

  /** @throws whatever the driver says, and when an answer takes longer than `answerMs`. */
  static async open(
    knex: Knex,
    onPayload: (payload: string) => void,
    answerMs: number = ANSWER_MS,
  ): Promise<ListeningConnection> {
    const pending = (knex.client as Connector).acquireRawConnection();
    const connection = await inTime(pending, answerMs).then(
      (raw) => new ListeningConnection(raw, answerMs),
      (error: unknown) => {
        // It may still come.
        pending.then((late) => late.end()).catch(() => undefined);
        throw error;
      },
    );
    connection.#raw.unref();
    connection.#raw.on('notification', ({ payload = '' }) => {
      onPayload(payload);
    });
    try {
      await connection.#ask(`LISTEN ${CHANNEL}`);
      return connection;
    } catch (error) {
      await connection.close();
      throw error;
    }
  }

  /** Makes sure that somebody is at the other end: a cable that was pulled says nothing. @throws when nobody is. */
  async check(): Promise<void> {
    await this.#ask('SELECT');
  }

  async close(): Promise<void> {
    const goodbye = this.#isLost ? Promise.resolve() : this.#raw.end();
    await inTime(goodbye, GOODBYE_MS).catch(() => undefined);
    this.#raw.connection.stream.destroy();
  }

  async #ask(text: string): Promise<void> {
    await inTime(Promise.race([this.#raw.query(text), this.lost]), this.#answerMs);
  }
}

/** Nobody knows whether it is still there. */
class ConnectionLost extends Error {
  override readonly name: 'ConnectionLost' = 'ConnectionLost' as const;
}

async function inTime<Result>(pending: Promise<Result>, milliseconds: number): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    const giveUp = (): void => {
      reject(new ConnectionLost(`no answer within ${milliseconds} ms`));
    };
    timer = setTimeout(giveUp, milliseconds).unref();
  });
  try {
    return await Promise.race([pending, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
