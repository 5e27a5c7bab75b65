export interface PostgresOptions {
  /** Settings for postgresql.conf, `name=value`. They win over the ones below. */
  flags?: readonly string[];
  /** Leaves fsync, synchronous_commit and full_page_writes on. Default false: tests are faster without. */
  durable?: boolean;
}

export interface PostgresServer {
  /** Of the superuser, on 127.0.0.1. */
  readonly url: string;
  /** Holds everything of this server; its data is in `data`. */
  readonly dir: string;
  /** PostgreSQL's main process; another one after `restart`. */
  readonly pid: number;
  /** SIGKILL; resolves when all its processes are gone. */
  crash(): Promise<void>;
  /** Shuts it down in order, with everything in its data directory. */
  halt(): Promise<void>;
  /** Starts it again, after a crash or not, with the same data and url. */
  restart(): Promise<void>;
  /** `keep` leaves `dir` for `reopenPostgres`; else it is removed. */
  stop(options?: { keep?: boolean }): Promise<void>;
}

/**
 * An empty PostgreSQL 18 of its own, on a free port. It is stopped and removed when the calling process
 * ends, however it ends; it does not keep that process alive. Rejects with one sentence for the reader.
 */
export declare function startPostgres(options?: PostgresOptions): Promise<PostgresServer>;

/** The server whose `dir` was kept, on its old port if that is free. Its `stop` keeps `dir` again. */
export declare function reopenPostgres(dir: string): Promise<PostgresServer>;
