import { randomUUID } from 'node:crypto';
import { createTestDatabase } from '@cross-app/test-database';
import type { TestDatabase } from '@cross-app/test-database';
import type { Knex } from 'knex';
import { createCrossAppSessions, migrate, migrationStatus, rollback } from '../src/index.js';
import type { IdType, Layout } from '../src/index.js';
import { openKnex } from './database.js';

const ID_TYPES: readonly IdType[] = ['integer', 'bigint', 'uuid', 'text'];
const LAYOUTS: readonly Layout[] = ['plain', 'partitioned'];
const IDS: Readonly<Record<IdType, string>> = {
  integer: '2147483647',
  bigint: '9223372036854775807',
  uuid: randomUUID(),
  text: 'Grüße/ä b',
};

interface Combination {
  readonly userIdType: IdType;
  readonly accountIdType: IdType;
  readonly foreignKeys: boolean;
  readonly layout: Layout;
}

interface Naming {
  readonly name: string;
  readonly choice: { readonly schema?: string; readonly tables?: { readonly sessions: string } };
  readonly sessionsTable: string;
  readonly combinations: readonly Combination[];
}

const ALL: readonly Combination[] = ID_TYPES.flatMap((userIdType) =>
  ID_TYPES.flatMap((accountIdType) =>
    LAYOUTS.flatMap((layout) =>
      [true, false].map((foreignKeys) => ({ userIdType, accountIdType, foreignKeys, layout })),
    ),
  ),
);

// Names have nothing to do with types: with other names, each type and layout there is, with foreign keys and without.
const SOME = ALL.filter(
  ({ userIdType, accountIdType, layout, foreignKeys }) =>
    (ID_TYPES.indexOf(userIdType) + ID_TYPES.indexOf(accountIdType)) % 4 ===
    2 * LAYOUTS.indexOf(layout) + Number(foreignKeys),
);

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

/** The host's tables, in its own words, in a schema that `search_path` does not name. */
async function makeHost({ userIdType, accountIdType }: Combination): Promise<void> {
  await knex.raw(`DROP SCHEMA IF EXISTS host CASCADE; CREATE SCHEMA host;
    CREATE TABLE host."Members" (id ${userIdType} PRIMARY KEY, email text, name text);
    CREATE TABLE host.teams (id ${accountIdType} PRIMARY KEY, name text, slug text)`);
  await knex('Members')
    .withSchema('host')
    .insert({ id: IDS[userIdType], email: 'ada@example.com', name: 'Ada' });
  await knex('teams').withSchema('host').insert({ id: IDS[accountIdType], name: 'Acme', slug: 'acme' });
}

const relations = async (): Promise<string[]> => {
  const { rows } = await knex.raw<{ rows: { name: string }[] }>(
    `SELECT relnamespace::regnamespace || '.' || relname AS name FROM pg_class
     WHERE relkind IN ('r', 'p') AND relnamespace::regnamespace::text NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
       AND relname NOT LIKE '%migrations%'`,
  );
  return rows.map(({ name }) => name).sort();
};

describe.each<Naming>([
  { name: 'tables of our names', choice: {}, sessionsTable: 'public.cross_app_sessions', combinations: ALL },
  {
    name: 'tables of other names',
    choice: { tables: { sessions: 'hand-offs' } },
    sessionsTable: 'public.hand-offs',
    combinations: SOME,
  },
  {
    name: 'a schema of our own',
    choice: { schema: 'handoff' },
    sessionsTable: 'handoff.cross_app_sessions',
    combinations: SOME,
  },
])('migrate with $name', (naming) => {
  const { choice, sessionsTable, combinations } = naming;
  it.each(combinations)(
    'and $userIdType users, $accountIdType accounts, foreign keys $foreignKeys, $layout: up, one handoff, down',
    async (combination) => {
      const { userIdType, accountIdType, foreignKeys, layout } = combination;
      await makeHost(combination);
      const before = await relations();
      const tables = { ...choice.tables, users: 'host.Members', accounts: 'host.teams' };
      const applied = await migrate(knex, { ...choice, ...combination, tables });
      expect(applied).toHaveLength(6);
      expect((await migrationStatus(knex)).schemas).toEqual([
        {
          sessions: sessionsTable,
          users: 'host.Members',
          accounts: 'host.teams',
          userIdType,
          accountIdType,
          foreignKeys,
          partitionInterval: layout === 'plain' ? null : 'month',
        },
      ]);

      const sessions = createCrossAppSessions({
        knex,
        appId: 'tuvens',
        tables: { ...tables, sessions: sessionsTable },
      });
      const ids = { userId: IDS[userIdType], accountId: IDS[accountIdType] };
      const { token } = await sessions.issue({ ...ids, targetApp: 'hi-events' });
      const { user, account } = await sessions.redeem(token, { targetApp: 'hi-events' });
      expect([user.id, account?.id]).toEqual([ids.userId, ids.accountId]);
      await expect(sessions.redeem(token, { targetApp: 'hi-events' })).rejects.toMatchObject({
        code: 'token_used',
      });

      expect(await migrate(knex)).toEqual([]);
      expect(await rollback(knex, { all: true })).toEqual([...applied].reverse());
      expect(await relations()).toEqual(before);
    },
  );
});
