import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { createTestDatabase } from '@cross-app/test-database';
import type { TestDatabase } from '@cross-app/test-database';
import type { Knex } from 'knex';
import { backUpSessions, createCrossAppSessions, migrate } from '../../../src/index.js';
import type { DatabaseSessions, Layout, MigrateOptions } from '../../../src/index.js';
import { copyLine } from '../../../src/maintenance/backup/copy-text.js';
import { encodeHeader } from '../../../src/maintenance/backup/format.js';
import type { BackupHeader, Place } from '../../../src/maintenance/backup/format.js';
import { writeBackup, writeWholeFile } from '../../../src/maintenance/backup/write-file.js';
import { openKnex, openTestStore } from '../../database.js';
import type { TestStore } from '../../database.js';

export const TABLES: Readonly<Record<Place, string>> = {
  sessions: 'cross_app_sessions',
  archive: 'cross_app_sessions_archive',
};

/** A migrated database, the verbs on it, and a folder for backups. */
export interface BackupTest extends TestStore {
  readonly sessions: DatabaseSessions;
  newFile(): string;
  /** The file. */
  backUp(): Promise<string>;
}

export async function openBackupTest(): Promise<BackupTest> {
  const store = await openTestStore();
  const folder = await mkdtemp(join(tmpdir(), 'cross-app-backup-'));
  const newFile = (): string => join(folder, `${randomUUID()}.gz`);
  return {
    ...store,
    sessions: createCrossAppSessions({ knex: store.knex, appId: 'tuvens' }),
    newFile,
    async backUp() {
      const file = newFile();
      await backUpSessions(store.knex, { file });
      return file;
    },
    async close() {
      await rm(folder, { recursive: true });
      await store.close();
    },
  };
}

/** Another migrated database, with the same users and accounts unless it is to have none. */
export async function openOther(
  layout: Layout,
  options: Omit<MigrateOptions, 'layout'> = { withUserTables: true },
): Promise<{ knex: Knex; close(): Promise<void> }> {
  const database: TestDatabase = await createTestDatabase({
    template: 'empty',
    migrate: () => Promise.resolve(),
  });
  const knex = openKnex(database.url);
  await migrate(knex, { ...options, layout });
  if (options.withUserTables === true) {
    await knex('users').insert([
      { id: 11, email: 'ada@example.com' },
      { id: 12, email: 'nameless@example.com' },
    ]);
    await knex('accounts').insert([
      { id: 77, name: 'Acme', slug: 'acme' },
      { id: 78, name: 'Other', slug: 'other' },
    ]);
  }
  return {
    knex,
    async close() {
      await knex.destroy();
      await database.close();
    },
  };
}

export const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex');

/** Every column of every row of both tables as PostgreSQL's text, in an order that no layout changes. */
export async function contents(knex: Knex): Promise<string[]> {
  const { rows } = await knex.raw<{ rows: { line: string }[] }>(
    (['sessions', 'archive'] as const)
      .map((place) => `SELECT '${place} ' || t::text AS line FROM ${TABLES[place]} t`)
      .join(' UNION ALL ') + ' ORDER BY 1',
  );
  return rows.map(({ line }) => line);
}

export async function empty(knex: Knex): Promise<void> {
  await knex.raw(`TRUNCATE ${TABLES.sessions}, ${TABLES.archive}`);
}

/** Puts rows of all ages and states into both tables; half as many into the archive. */
export async function fill(knex: Knex, rows: number, unredeemed = true): Promise<void> {
  const states = unredeemed ? 3 : 2;
  for (const [place, count, days] of [
    ['sessions', rows, 0],
    ['archive', rows / 2, 60],
  ] as const) {
    await knex.raw(
      `INSERT INTO ${TABLES[place]} (id, token_hash, user_id, account_id, expires_at, created_at, used_at, revoked_at, redemption_id, replays)
       SELECT nextval(pg_get_serial_sequence('cross_app_sessions', 'id')),
              encode(sha256(('${place}' || n || random())::bytea), 'hex'), 11 + n % 2, CASE WHEN n % 5 > 0 THEN 77 END,
              made + interval '15 minutes', made,
              CASE WHEN n % ${states} = 0 THEN made + interval '2 seconds' END,
              CASE WHEN n % ${states} = 1 THEN made + interval '1 minute' END,
              CASE WHEN n % ${states} = 0 THEN gen_random_uuid() END, n % 3
       FROM generate_series(1, ?::int) n,
            LATERAL (SELECT now() - interval '${days} days' - n % 40 * interval '1 day' AS made) times`,
      [count],
    );
  }
}

/** A row with whatever is said, and a fresh hash; gives its hash. */
export async function insertRow(
  knex: Knex,
  row: Record<string, unknown> = {},
  place: Place = 'sessions',
): Promise<string> {
  const hash = randomBytes(32).toString('hex');
  await knex(TABLES[place]).insert({
    id: knex.raw(`nextval(pg_get_serial_sequence('cross_app_sessions', 'id'))`),
    token_hash: hash,
    user_id: 11,
    expires_at: knex.raw(`date_trunc('second', now()) + interval '10 minutes'`),
    ...row,
  });
  return hash;
}

export async function rowOf(knex: Knex, hash: string): Promise<Record<string, unknown>> {
  const found: Record<string, unknown>[] = [];
  for (const place of ['sessions', 'archive'] as const) {
    const rows = await knex<Record<string, unknown>>(TABLES[place]).where({ token_hash: hash });
    found.push(...rows.map((row) => ({ place, ...row })));
  }
  expect(found).toHaveLength(1);
  return found[0] ?? {};
}

/** A whole file with a correct checksum, of somebody else's making. */
export async function forge(
  file: string,
  header: object,
  sections: readonly { table: string; columns: readonly string[]; rows: readonly string[] }[],
): Promise<void> {
  const text = sections.map(
    ({ table, columns, rows }) =>
      `${copyLine({ table, columns })}${rows.map((row) => `${row}\n`).join('')}\\.\n`,
  );
  const lines = Readable.from([Buffer.from(encodeHeader(header as BackupHeader) + text.join(''))]);
  const count = (name: string): number =>
    sections.filter(({ table }) => table === name).reduce((sum, { rows }) => sum + rows.length, 0);
  const counts = {
    sessions: count('public.cross_app_sessions'),
    archive: count('public.cross_app_sessions_archive'),
  };
  await writeWholeFile(file, true, (sink) => writeBackup({ lines, counts }, sink));
}
