import { Readable } from 'node:stream';
import type { Writable } from 'node:stream';
import type { Knex } from 'knex';
import { mistake } from '@cross-app/protocol';
import { refuseUnknownKeys, requireOneOf } from '../../options.js';
import type { BatchOptions, Outcome } from '../batches.js';
import { MaintenanceRefused } from '../refused.js';
import { findTables } from '../tables.js';
import type { TableChoice } from '../tables.js';
import { encodeHeader } from './format.js';
import type { BackupHeader, Place } from './format.js';
import { findMajorVersion, reasonNotToDump } from './pg-dump.js';
import type { PgDumpOptions } from './pg-dump.js';
import { readByCopy, readByPgDump } from './read-tables.js';
import type { Source } from './read-tables.js';
import { describeBackup, findParts, onSnapshot } from './snapshot.js';
import { refuseToOverwrite, writeBackup, writeWholeFile } from './write-file.js';
import type { Sink } from './write-file.js';

/** Where a backup is written to: either a file or a stream. */
export type BackupTarget =
  | {
      /** A new file. It has its name once it is whole; until then it is `FILE.partial`. Mode 0600. */
      readonly file: string;
      /** Whether a file of that name is replaced. Default false. */
      readonly force?: boolean;
      readonly to?: undefined;
    }
  | {
      /** A stream, to which the bytes of the file are written, and which is ended or destroyed. */
      readonly to: Writable;
      readonly file?: undefined;
      readonly force?: undefined;
    };

/** Options of {@link backUpSessions}. `onProgress` is called as rows are read; the total is an estimate. */
export type BackupOptions = BackupTarget &
  TableChoice &
  Pick<BatchOptions, 'signal' | 'onProgress'> & {
    /**
     * Who reads the tables. Default `auto`: `pg_dump` where `pgDump` says how to reach the database and the
     * program is there and not older than the server, else COPY. The file is the same.
     */
    readonly with?: 'auto' | 'pg_dump' | 'copy';
    readonly pgDump?: PgDumpOptions;
  };

/** What a backup has written. */
export interface BackupReport {
  /** `interrupted` when its signal stopped it: then there is no file. */
  readonly outcome: Exclude<Outcome, 'busy'>;
  readonly with: 'pg_dump' | 'copy';
  /** Rows of `cross_app_sessions`. */
  readonly rows: number;
  /** Rows of its archive. */
  readonly archived: number;
  /** When the snapshot was taken, by the database's clock, in ISO 8601. */
  readonly madeAt: string;
}

/**
 * Writes both tables, as they are at one moment, to a compressed file with a checksum that `restoreSessions` reads.
 * Sign-ins go on meanwhile. The file has no token, only hashes of tokens, but it has people's addresses: it is
 * readable for its owner only. The format is described at `FORMAT_VERSION` in format.ts and in docs/backup-format.md.
 *
 * @throws TypeError for an unknown option.
 * @throws MaintenanceRefused when the file is there already or cannot be written, when there are no tables, or when
 *   `pg_dump` is asked for and cannot do it.
 * @example
 * const { rows } = await backUpSessions(knex, { file: '/var/backups/cross-app.gz' });
 */
export async function backUpSessions(knex: Knex, options: BackupOptions): Promise<BackupReport> {
  refuseUnknownKeys('backUpSessions', options, KNOWN_OPTIONS);
  if ((options.file === undefined) === (options.to === undefined)) {
    throw mistake('backUpSessions writes to one of file and to: give either');
  }
  const { file, force = false, to } = options;
  if (to !== undefined) return readTables(knex, options, to);
  if (!force) await refuseToOverwrite(file);
  let report: BackupReport | undefined;
  try {
    await writeWholeFile(file, force, async (sink) => {
      report = await readTables(knex, options, sink);
      if (report.outcome === 'interrupted') throw new Interrupted();
    });
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
  }
  if (report === undefined) throw new TypeError('nothing was written');
  return report;
}

const KNOWN_OPTIONS = ['file', 'force', 'to', 'with', 'pgDump', 'sessionsTable', 'signal', 'onProgress'];

class Interrupted extends Error {
  override readonly name: 'Interrupted' = 'Interrupted' as const;
}

async function readTables(knex: Knex, options: BackupOptions, to: Sink): Promise<BackupReport> {
  const tables = await findTables(knex, options);
  const reader = await chooseReader(knex, options);
  const counts = { sessions: 0, archive: 0 };
  let header: BackupHeader | undefined;
  let failure: unknown;
  try {
    await onSnapshot(knex, tables, async (trx) => {
      header = await describeBackup(trx, tables);
      const parts = await findParts(trx, tables);
      const source = { trx, tables, header, parts: parts.parts, pgDump: reader };
      const lines = Readable.from(writeLines(source, counts, { ...options, total: parts.estimatedRows }));
      await writeBackup({ lines, counts }, to).catch((error: unknown) => {
        failure = error;
        throw error;
      });
    });
  } catch (error) {
    // A COPY that was cut off takes the connection with it, and knex tells of that one.
    if (!(failure instanceof Interrupted)) throw failure ?? error;
  }
  return {
    outcome: failure === undefined ? 'done' : 'interrupted',
    with: reader === undefined ? 'copy' : 'pg_dump',
    rows: counts.sessions,
    archived: counts.archive,
    madeAt: header?.madeAt ?? '',
  };
}

/** Undefined for COPY. */
async function chooseReader(knex: Knex, options: BackupOptions): Promise<PgDumpOptions | undefined> {
  const { with: way = 'auto', pgDump } = options;
  requireOneOf('with', way, ['auto', 'pg_dump', 'copy']);
  if (way === 'copy' || (way === 'auto' && pgDump === undefined)) return undefined;
  if (pgDump === undefined) throw mistake("with: 'pg_dump' needs pgDump: { connectionString }");
  const { rows } = await knex.raw<{ rows: { version: string }[] }>(
    `SELECT current_setting('server_version_num') AS version`,
  );
  const serverVersion = Math.floor(Number(rows[0]?.version) / 10_000);
  const reason = reasonNotToDump(await findMajorVersion(pgDump), serverVersion);
  if (reason === undefined) return pgDump;
  if (way === 'auto') return undefined;
  throw new MaintenanceRefused(`${reason}: leave --with out, or use --with copy.`);
}

type Counts = Record<Place, number>;
type Watch = Pick<BackupOptions, 'signal' | 'onProgress'> & { readonly total: number };

async function* writeLines(source: Source, counts: Counts, watch: Watch): AsyncGenerator<Buffer> {
  yield Buffer.from(encodeHeader(source.header));
  const sections = source.pgDump === undefined ? readByCopy(source) : readByPgDump(source, source.pgDump);
  for await (const { place, bytes, count } of sections) {
    if (watch.signal?.aborted === true) throw new Interrupted();
    counts[place] += count;
    const done = counts.sessions + counts.archive;
    if (count > 0) watch.onProgress?.({ done, total: Math.max(done, watch.total) });
    yield bytes;
  }
}
