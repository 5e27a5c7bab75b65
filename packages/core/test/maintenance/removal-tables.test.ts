import { createTestDatabase } from '@cross-app/test-database';
import type { TestDatabase } from '@cross-app/test-database';
import type { Knex } from 'knex';
import { archiveSessions, cleanUpSessions, migrate, purgeArchive, rollback } from '../../src/index.js';
import type { IdType, Layout } from '../../src/index.js';
import { openKnex } from '../database.js';

declare const LAYOUT: Layout;

const TABLE = 'Sign-ins.Hand-Offs$1';
const SCHEMA = 'Sign-ins';
const SESSIONS = 'Hand-Offs$1';
const ARCHIVE = 'Hand-Offs$1_archive';
const IDS: Readonly<Record<IdType, string>> = {
  integer: '2147483647',
  bigint: '9223372036854775807',
  uuid: '0e0f6f0c-5b0e-4e1f-9d0a-7a1f5a3f1c11',
  text: 'Grüße/ä b',
};

let database: TestDatabase;
let knex: Knex;
beforeAll(async () => {
  database = await createTestDatabase({ template: 'empty', migrate: () => Promise.resolve() });
  knex = openKnex(database.url);
});
afterAll(async () => {
  await knex.destroy();
  await database.close();
});

const insert = (userId: string, rows: number): Knex.Raw =>
  knex.raw(
    `INSERT INTO ?? (token_hash, user_id, created_at, expires_at)
     SELECT encode(sha256((random()::text || n)::bytea), 'hex'), ?, now() - interval '40 days', now() - interval '40 days'
     FROM generate_series(1, ?::int) n`,
    [TABLE, userId, rows],
  );

const count = async (table: string): Promise<number> => {
  const [row] = await knex(table).withSchema(SCHEMA).count('* as rows');
  return Number(row?.['rows']);
};

describe.each([true, false])('with foreign keys: %s', (foreignKeys) => {
  it.each<IdType>(['integer', 'bigint', 'uuid', 'text'])(
    'tables of other names in a schema of their own, with %s ids, go from hand to hand likewise',
    async (idType) => {
      await knex.raw(`CREATE SCHEMA ??; CREATE TABLE ?? (id ${idType} PRIMARY KEY, email text, name text)`, [
        SCHEMA,
        `${SCHEMA}.People`,
      ]);
      await knex('People').withSchema(SCHEMA).insert({ id: IDS[idType], email: 'ada@example.com' });
      const tables = { sessions: TABLE, users: `${SCHEMA}.People`, accounts: null };
      await migrate(knex, { tables, userIdType: idType, foreignKeys, layout: LAYOUT });

      await insert(IDS[idType], 5);
      expect(await cleanUpSessions(knex, { batchSize: 2 })).toMatchObject({ rows: 5, outcome: 'done' });
      await insert(IDS[idType], 5);
      expect(await archiveSessions(knex, { sessionsTable: TABLE })).toMatchObject({ rows: 5 });
      expect([await count(SESSIONS), await count(ARCHIVE)]).toEqual([0, 10]);
      await knex('People').withSchema(SCHEMA).delete();
      expect(await purgeArchive(knex, { olderThanSeconds: 86_400 })).toMatchObject({ rows: 10 });
      expect(await count(ARCHIVE)).toBe(0);

      await rollback(knex, { all: true, tables });
      await knex.raw('DROP SCHEMA ?? CASCADE', [SCHEMA]);
    },
  );
});
