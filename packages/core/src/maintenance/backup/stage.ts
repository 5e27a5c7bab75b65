import type { Knex } from 'knex';
import type { BatchOptions } from '../batches.js';
import { MaintenanceRefused } from '../refused.js';
import type { MaintainedTables } from '../tables.js';
import { CopyIn } from './copy-connection.js';
import { quote } from './copy-text.js';
import type { BackupColumn, Place } from './format.js';
import type { OpenBackup } from './read-file.js';
import { readColumns } from './snapshot.js';

/**
 * The backup's rows as a table of the transaction, beside the real ones. `restore_place` says in which of the two
 * the backup has a row, and `restore_left_out` that its user or account is gone.
 */
export const STAGE = 'pg_temp.cross_app_restore';

const REQUIRED: readonly string[] = ['id', 'token_hash', 'user_id', 'expires_at'];
const IDS: readonly string[] = ['id', 'user_id', 'account_id'];
// Data that is not of the column's type (class 22), or that a constraint of the table refuses (class 23).
const IS_ABOUT_DATA = /^2[23]/;

/** Work that is to stop at the next moment at which it can. */
export class Stopped extends Error {
  override readonly name: 'Stopped' = 'Stopped' as const;
}

/** @throws Stopped once the signal has been aborted. */
export function stopIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new Stopped();
}

/**
 * Checks that the backup's columns fit to the tables.
 *
 * @returns the columns that both have, which are those to restore.
 * @throws MaintenanceRefused when they do not.
 */
export async function requireFittingColumns(
  knex: Knex,
  { sessions, archive }: MaintainedTables,
  { header }: OpenBackup,
): Promise<BackupColumn[]> {
  const current = await readColumns(knex, sessions);
  for (const [place, columns] of [
    ['sessions', current],
    ['archive', await readColumns(knex, archive)],
  ] as const) {
    requireFit(header.tables[place].columns, columns);
  }
  const names = header.tables.sessions.columns.map(({ name }) => name);
  return current.filter(({ name }) => names.includes(name));
}

function requireFit(ofBackup: readonly BackupColumn[], ofTable: readonly BackupColumn[]): void {
  const missing = REQUIRED.filter((name) => !ofBackup.some((column) => column.name === name));
  if (missing.length > 0) {
    throw new MaintenanceRefused(`The backup has no ${missing.join(', ')}. Nothing was changed.`);
  }
  for (const { name, type } of ofBackup) {
    const column = ofTable.find((candidate) => candidate.name === name);
    if (column === undefined) {
      throw new MaintenanceRefused(
        `The backup has a column ${name}, which the table has not: run cross-app migrate with the version that made the backup, or add the column. Nothing was changed.`,
      );
    }
    if (IDS.includes(name) && column.type !== type) {
      throw new MaintenanceRefused(
        `The backup has ${name} as ${type}, and the table as ${column.type}: they belong to different apps. Nothing was changed.`,
      );
    }
  }
}

/**
 * Makes {@link STAGE} and loads the backup into it.
 *
 * @throws MaintenanceRefused when the rows are not what the tables take.
 * @throws Stopped when the signal was aborted.
 */
export async function loadStage(
  trx: Knex.Transaction,
  { tables, backup }: { tables: MaintainedTables; backup: OpenBackup },
  watch: Pick<BatchOptions, 'signal' | 'onProgress'>,
): Promise<void> {
  // What a backup of an older version does not have gets its default.
  await trx.raw(`
CREATE TEMP TABLE cross_app_restore (LIKE ${tables.sessions} INCLUDING DEFAULTS INCLUDING CONSTRAINTS) ON COMMIT DROP;
ALTER TABLE ${STAGE} ADD COLUMN restore_place text NOT NULL DEFAULT 'sessions',
  ADD COLUMN restore_left_out boolean NOT NULL DEFAULT false`);
  try {
    await copyInto(trx, backup, watch);
    await trx.raw(`CREATE UNIQUE INDEX ON ${STAGE} (token_hash)`);
    await trx.raw(`ANALYZE ${STAGE}`);
  } catch (error) {
    const { code, message } = error as { code?: unknown; message: string };
    if (typeof code !== 'string' || !IS_ABOUT_DATA.test(code)) throw error;
    throw new MaintenanceRefused(
      `The backup's rows do not fit to the table: ${message}. Nothing was changed.`,
    );
  }
}

async function copyInto(
  trx: Knex.Transaction,
  backup: OpenBackup,
  { signal, onProgress }: Pick<BatchOptions, 'signal' | 'onProgress'>,
): Promise<void> {
  const total = backup.footer.sessions + backup.footer.archive;
  let done = 0;
  let copy: CopyIn | undefined;
  try {
    await backup.visit({
      async onSection(place: Place, columns: readonly string[]) {
        await trx.raw(`ALTER TABLE ${STAGE} ALTER COLUMN restore_place SET DEFAULT '${place}'`);
        copy = await CopyIn.start(trx, `COPY ${STAGE} (${columns.map(quote).join(', ')}) FROM STDIN`);
      },
      async onRows(rows, count) {
        stopIfAborted(signal);
        await copy?.write(rows);
        done += count;
        onProgress?.({ done, total });
      },
      onEnd: async () => copy?.end(),
    });
  } finally {
    await copy?.cancel();
  }
}

/**
 * Marks the rows whose user or account is gone, and keeps the others' from being deleted until the transaction ends.
 *
 * @returns nothing; the marks are in {@link STAGE}.
 */
export async function markLeftOut(
  trx: Knex.Transaction,
  { users, accounts }: MaintainedTables,
): Promise<void> {
  await markWithout(trx, users, 'user_id');
  if (accounts !== null) await markWithout(trx, accounts, 'account_id');
}

async function markWithout(trx: Knex.Transaction, people: string, column: string): Promise<void> {
  const { rows } = await trx.raw<{ rows: { isThere: boolean; mayLock: boolean }[] }>(
    `SELECT count(*) > 0 AS "isThere", coalesce(bool_or(has_any_column_privilege(attrelid, 'UPDATE')), false) AS "mayLock"
     FROM pg_attribute WHERE attrelid = to_regclass(?) AND attname = 'id' AND NOT attisdropped`,
    [people],
  );
  // Without foreign keys the host's table may be anywhere, or of another form.
  if (rows[0]?.isThere !== true) return;
  if (rows[0].mayLock) {
    // In the order of their ids, and before any row of ours: whoever deletes a user has that one first, too.
    await trx.raw(`
WITH kept AS MATERIALIZED (
  SELECT FROM ${people} p WHERE p.id IN (SELECT ${column} FROM ${STAGE}) ORDER BY p.id FOR KEY SHARE
) SELECT count(*) FROM kept`);
  }
  await trx.raw(`
UPDATE ${STAGE} b SET restore_left_out = true
WHERE b.${column} IS NOT NULL AND NOT EXISTS (SELECT FROM ${people} p WHERE p.id = b.${column})`);
}

/**
 * Gives rows a new id where another token has theirs, in one of the tables in `taken` or in the backup itself, and
 * lets the sequence go on after the largest one.
 */
export async function settleIds(
  trx: Knex.Transaction,
  { sessions }: MaintainedTables,
  taken: readonly string[],
): Promise<void> {
  const sequence = `pg_get_serial_sequence('${sessions}', 'id')::regclass`;
  // A sequence cannot be locked. With this much room nobody who issues at this moment can be ahead of it already.
  await trx.raw(`
SELECT setval(${sequence}, max(id) + 1000) FROM ${STAGE}
HAVING max(id) > coalesce(pg_sequence_last_value(${sequence}), 0)`);
  const others = taken.map(
    (table) =>
      `SELECT b.token_hash FROM ${STAGE} b JOIN ${table} t ON t.id = b.id WHERE t.token_hash <> b.token_hash UNION `,
  );
  await trx.raw(`
WITH double AS (
  ${others.join('')}
  SELECT b.token_hash FROM ${STAGE} b JOIN ${STAGE} o ON o.id = b.id AND o.token_hash < b.token_hash
)
UPDATE ${STAGE} b SET id = nextval(${sequence}) FROM double WHERE b.token_hash = double.token_hash`);
}
