import type { Knex } from 'knex';
import { wrongOption } from '@cross-app/protocol';
import { refuseUnknownKeys } from '../../options.js';
import { DURABLE } from '../../store.js';
import { hasTurn, inTransaction, waitForTurn } from '../batches.js';
import type { BatchOptions, Outcome } from '../batches.js';
import { findTables } from '../tables.js';
import type { MaintainedTables, TableChoice } from '../tables.js';
import { merge } from './merge.js';
import type { RestoreCounts } from './merge.js';
import { OpenBackup } from './read-file.js';
import { replace } from './replace.js';
import { prepareForLongWork } from './snapshot.js';
import { loadStage, markLeftOut, requireFittingColumns, Stopped, stopIfAborted } from './stage.js';

/** Options of {@link restoreSessions}. `onProgress` is called as rows are read from the file. */
export interface RestoreOptions extends TableChoice, Pick<BatchOptions, 'signal' | 'onProgress'> {
  /** A file of {@link backUpSessions}. */
  readonly file: string;
  /** Whether rows that the backup does not have are removed. Default false: they stay as they are. */
  readonly replace?: boolean;
  /** Whether the file is checked and compared with the tables, and nothing changed. Default false. */
  readonly dryRun?: boolean;
}

/** What a restore has done, or would do with `dryRun`. Rows of both tables are counted together. */
export interface RestoreReport extends RestoreCounts {
  /** `busy` when another restore is at work, `interrupted` when its signal stopped it: nothing was changed then. */
  readonly outcome: Outcome;
  readonly dryRun: boolean;
  readonly replace: boolean;
  /** When the backup was made, by the database's clock, in ISO 8601. */
  readonly madeAt: string;
  /** Rows of `cross_app_sessions` in the backup. */
  readonly rows: number;
  /** Rows of the archive in the backup. */
  readonly archived: number;
  /** Rows that the tables did not have. */
  readonly inserted: number;
  /** Rows that the tables had otherwise. */
  readonly updated: number;
  /** Of those, how many are revoked now and were not, since nobody had redeemed them. */
  readonly revoked: number;
  /** Rows that only the tables had, with `replace`. */
  readonly removed: number;
  /** Rows of the backup that were not restored, since their user or account is gone. */
  readonly leftOut: number;
}

/**
 * Brings back the rows of a backup, all or nothing, in one transaction. It never brings a token back to life:
 *
 * - what the backup has unredeemed comes back revoked, also where the table has it unredeemed now: the person
 *   clicks again;
 * - what is used or revoked, in the backup or in the table, stays so, with the table's values where it has some;
 * - a row that has been archived since the backup stays in the archive, unless `replace` is asked for.
 *
 * Sign-ins go on meanwhile, and wait for a moment where they need a row that changes; with `replace` they wait from
 * when the backup is loaded to the end. Two at once: the second one finds the first one busy. Twice: the second one
 * changes nothing.
 *
 * @throws TypeError for an unknown option.
 * @throws MaintenanceRefused when the file is damaged, foreign or of a newer version, or does not fit to the tables.
 * @example
 * const { inserted, revoked } = await restoreSessions(knex, { file: '/var/backups/cross-app.gz' });
 */
export async function restoreSessions(knex: Knex, options: RestoreOptions): Promise<RestoreReport> {
  refuseUnknownKeys('restoreSessions', options, KNOWN_OPTIONS);
  if (typeof options.file !== 'string')
    throw wrongOption('restoreSessions needs the name of a file', options.file);
  const { replace: replacing = false, dryRun = false } = options;
  const tables = await findTables(knex, options);
  const backup = await OpenBackup.open(options.file);
  try {
    const { header, footer } = backup;
    const result = await tryAgain(() => restoreOnce(knex, { tables, backup }, options));
    const { outcome, counts } = typeof result === 'string' ? { outcome: result, counts: NOTHING } : result;
    const { sessions: rows, archive: archived } = footer;
    return { outcome, dryRun, replace: replacing, madeAt: header.madeAt, rows, archived, ...counts };
  } finally {
    await backup.close();
  }
}

const KNOWN_OPTIONS = ['file', 'replace', 'dryRun', 'sessionsTable', 'signal', 'onProgress'];
const NOTHING: RestoreCounts = { inserted: 0, updated: 0, revoked: 0, removed: 0, leftOut: 0 };
// A deadlock with a transaction of the host's, and an id that somebody got between two statements.
const MAY_PASS: readonly unknown[] = ['40P01', '23505'];
const MAX_TRIES = 3;

type Result = 'busy' | 'interrupted' | { readonly outcome: 'done'; readonly counts: RestoreCounts };

async function tryAgain(work: () => Promise<Result>): Promise<Result> {
  for (let tries = 1; ; tries++) {
    try {
      return await work();
    } catch (error) {
      if (error instanceof Stopped) return 'interrupted';
      if (!MAY_PASS.includes((error as { code?: unknown }).code) || tries === MAX_TRIES) throw error;
    }
  }
}

function restoreOnce(
  knex: Knex,
  { tables, backup }: { tables: MaintainedTables; backup: OpenBackup },
  { signal, onProgress, replace: replacing = false, dryRun = false }: RestoreOptions,
): Promise<Result> {
  return inTransaction(knex, async (trx) => {
    await prepareForLongWork(trx);
    if (!dryRun && !(await getTurn(trx, tables))) return 'busy';
    const columns = await requireFittingColumns(trx, tables, backup);
    await loadStage(
      trx,
      { tables, backup },
      { ...(signal && { signal }), ...(onProgress && { onProgress }) },
    );
    stopIfAborted(signal);
    if (!dryRun) await keepMaintenanceOut(trx, tables);
    await markLeftOut(trx, tables);
    stopIfAborted(signal);
    const restoration = { tables, columns, dryRun };
    const counts = await (replacing ? replace : merge)(trx, restoration);
    stopIfAborted(signal);
    return { outcome: 'done', counts };
  });
}

async function getTurn(trx: Knex.Transaction, { sessions }: MaintainedTables): Promise<boolean> {
  // What is reported as revoked must be revoked after a crash, too.
  const { rows } = await trx.raw<{ rows: { turn: boolean }[] }>(
    `SELECT ${hasTurn('restore', sessions)} AS turn, ${DURABLE}`,
  );
  return rows[0]?.turn === true;
}

// A row that moves to the archive between two statements would be found in neither table.
async function keepMaintenanceOut(trx: Knex.Transaction, { sessions }: MaintainedTables): Promise<void> {
  for (const job of ['cleanup', 'archive', 'purge', 'partition'] as const) {
    await trx.raw(`SELECT ${waitForTurn(job, sessions)}`);
  }
}
