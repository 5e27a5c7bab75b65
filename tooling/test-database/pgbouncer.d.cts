/** Where it is installed; undefined where it is not. */
export declare const pgbouncer: string | undefined;

export interface PgBouncer {
  /** The same database, through the pooler. */
  readonly url: string;
  stop(): Promise<void>;
}

export interface PoolerOptions {
  readonly poolMode: 'transaction' | 'session';
  /** More lines of pgbouncer.ini. */
  readonly settings?: readonly string[];
}

/** A PgBouncer in front of the database, by the program that {@link pgbouncer} names. */
export declare function startPgBouncer(
  program: string,
  databaseUrl: string,
  options: PoolerOptions,
): Promise<PgBouncer>;
