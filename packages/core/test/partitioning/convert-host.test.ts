import { createCrossAppSessions, migrate, partitionSessions } from '../../src/index.js';
import { openKnex } from '../database.js';
import { insertOld, migrateWithUsers, openScratch, partitions, rowsOf, target } from './scratch.js';
import type { Scratch } from './scratch.js';

let scratch: Scratch;
beforeEach(async () => {
  scratch = await openScratch();
});
afterEach(async () => {
  await scratch.close();
});

/** A role that can log in, and a way to do so; gone with the test. */
async function withRole(
  attributes: string,
  work: (role: string, url: string) => Promise<void>,
): Promise<void> {
  const role = `Role ${Math.random().toString(36).slice(2)}`;
  await scratch.knex.raw(`CREATE ROLE "${role}" LOGIN PASSWORD 'secret' ${attributes}`);
  const url = new URL(scratch.url);
  [url.username, url.password] = [encodeURIComponent(role), 'secret'];
  try {
    await work(role, url.href);
  } finally {
    await scratch.knex.raw(`DROP OWNED BY "${role}" CASCADE; DROP ROLE "${role}"`);
  }
}

describe("partitionSessions keeps what is the host's:", () => {
  it('privileges, so that the role of the app goes on working', async () => {
    const { knex } = scratch;
    await migrateWithUsers(knex);
    await withRole('', async (app, url) => {
      await withRole('', async (reader) => {
        await knex.raw(`GRANT SELECT ON users, accounts TO "${app}";
          GRANT SELECT, INSERT, UPDATE ON cross_app_sessions TO "${app}" WITH GRANT OPTION;
          GRANT SELECT (id, created_at) ON cross_app_sessions TO "${reader}";
          ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO PUBLIC`);
        const privileges = (): Promise<unknown[]> =>
          rowsOf(
            knex,
            `SELECT grantee, privilege_type, is_grantable, NULL AS column_name FROM information_schema.table_privileges WHERE table_name = 'cross_app_sessions'
             UNION ALL
             SELECT grantee, privilege_type, is_grantable, column_name FROM information_schema.column_privileges WHERE table_name = 'cross_app_sessions'
             ORDER BY 1, 2, 3, 4`,
          );
        const before = await privileges();
        await partitionSessions(knex);
        expect(await privileges()).toEqual(before);
        const pool = openKnex(url);
        const sessions = createCrossAppSessions({ knex: pool, appId: 'tuvens' });
        await sessions.redeem((await sessions.issue({ userId: 11, ...target })).token, target);
        await expect(pool('cross_app_sessions').delete()).rejects.toMatchObject({ code: '42501' });
        await pool.destroy();
      });
    });
  });

  it('the owner, who can make and drop partitions later, whoever converts', async () => {
    const { knex } = scratch;
    await migrateWithUsers(knex);
    await withRole('', async (owner, url) => {
      await knex.raw(`GRANT CREATE ON SCHEMA public TO "${owner}"; GRANT REFERENCES ON users, accounts TO "${owner}";
        GRANT SELECT ON cross_app_settings TO "${owner}"; ALTER TABLE cross_app_sessions OWNER TO "${owner}"`);
      await partitionSessions(knex, { ahead: 1 });
      const pool = openKnex(url);
      expect((await partitionSessions(pool, { ahead: 5 })).created.length).toBeGreaterThan(0);
      await pool.destroy();
      const owners = await rowsOf<{ owner: string }>(
        knex,
        `SELECT DISTINCT pg_get_userbyid(relowner) AS owner FROM pg_partition_tree('cross_app_sessions') JOIN pg_class ON oid = relid`,
      );
      expect(owners).toEqual([{ owner }]);
    });
  });

  it('comments, and indexes that it made for itself', async () => {
    const { knex } = scratch;
    await migrateWithUsers(knex);
    await knex.raw(
      `COMMENT ON TABLE cross_app_sessions IS 'Ada''s \\ table?';
      COMMENT ON COLUMN cross_app_sessions.user_id IS 'who';
      CREATE INDEX "By App?" ON cross_app_sessions (target_app) WHERE payload ? 'event';
      CREATE INDEX by_app_too ON cross_app_sessions (target_app);
      CREATE UNIQUE INDEX with_expiry ON cross_app_sessions (user_id, id, expires_at)`.replaceAll(
        /\?/g,
        '\\?',
      ),
    );
    await partitionSessions(knex);
    const [comments] = await rowsOf(
      knex,
      `SELECT obj_description('cross_app_sessions'::regclass) AS of_table, col_description('cross_app_sessions'::regclass, 3) AS of_column`,
    );
    expect(comments).toEqual({ of_table: "Ada's \\ table?", of_column: 'who' });
    const indexes = await rowsOf<{ sql: string }>(
      knex,
      `SELECT pg_get_indexdef(indexrelid) AS sql FROM pg_index WHERE indrelid = 'cross_app_sessions'::regclass AND indisvalid ORDER BY 1`,
    );
    expect(indexes).toHaveLength(9);
    expect(indexes.map(({ sql }) => sql).join('\n')).toMatch(
      /"By App\?" ON ONLY .* WHERE \(payload \? 'event'::text\)/,
    );
    expect(await rowsOf(knex, 'SELECT FROM pg_index WHERE NOT indisvalid')).toEqual([]);
  });
});

describe('partitionSessions refuses, and changes nothing, when there is', () => {
  it.each([
    [
      'a foreign key to it',
      'CREATE TABLE derived (handoff bigint REFERENCES cross_app_sessions (id))',
      /foreign key derived_handoff_fkey of derived refers to it/,
    ],
    ['a view of it', 'CREATE VIEW used AS SELECT id FROM cross_app_sessions', /the view used reads it/],
    [
      'a trigger',
      `CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
      CREATE TRIGGER audit AFTER INSERT ON cross_app_sessions FOR EACH ROW EXECUTE FUNCTION f()`,
      /it has the trigger audit/,
    ],
    [
      'a policy',
      'CREATE POLICY mine ON cross_app_sessions USING (true); ALTER TABLE cross_app_sessions ENABLE ROW LEVEL SECURITY',
      /it has the policy mine; row level security is on/,
    ],
    [
      'a unique index without the expiry',
      'CREATE UNIQUE INDEX one_each ON cross_app_sessions (user_id)',
      /index one_each is unique without expires_at/,
    ],
    [
      'a constraint that holds for new rows only',
      'ALTER TABLE cross_app_sessions ADD CONSTRAINT c CHECK (id > 0) NOT VALID',
      /constraint c is not validated/,
    ],
    ['a publication', 'CREATE PUBLICATION pub FOR TABLE cross_app_sessions', /the publication pub names it/],
    [
      'a row that expires in years',
      `INSERT INTO cross_app_sessions (token_hash, user_id, expires_at) VALUES (repeat('a', 64), 11, 'infinity')`,
      /expires more than a year from now/,
    ],
  ])('%s', async (_name, statement, sentence) => {
    const { knex } = scratch;
    const sessions = await migrateWithUsers(knex);
    await knex.raw(statement);
    await expect(partitionSessions(knex, { dryRun: true })).rejects.toThrow(sentence);
    await expect(partitionSessions(knex)).rejects.toMatchObject({ name: 'MaintenanceRefused' });
    expect(await partitions(knex)).toEqual([]);
    if (!statement.includes('one_each')) await sessions.issue({ userId: 11, ...target });
  });
});

it('has no row read, and no index built, while sign-ins wait', async () => {
  await migrateWithUsers(scratch.knex);
  await insertOld(scratch.knex, [1, 2, 3]);
  const url = new URL(scratch.url);
  url.searchParams.set('options', '-c client_min_messages=debug1');
  const talkative = openKnex(url.href);
  const heard: string[] = [];
  const pool = talkative.client.pool as {
    on(event: 'createSuccess', listener: (id: number, made: NoticeSource) => void): void;
  };
  pool.on('createSuccess', (_id, connection) => {
    connection.on('notice', ({ message }) => heard.push(message));
  });
  await partitionSessions(talkative);
  await talkative.destroy();
  const ofFirst = heard.filter((message) => /table "cross_app_sessions_before_\d/.test(message));
  expect(ofFirst).toEqual([expect.stringMatching(/is implied by existing constraints$/)]);
  // Beside the traffic: two indexes, and one look at all rows.
  const ofPlain = heard.filter((message) =>
    /^(building|verifying).* table "cross_app_sessions"/.test(message),
  );
  expect(ofPlain).toEqual([
    expect.stringMatching(/^building index "cross_app_sessions_before_pkey"/),
    expect.stringMatching(/^building index "cross_app_sessions_before_token_hash"/),
    expect.stringMatching(/^verifying/),
  ]);
});

interface NoticeSource {
  on(event: 'notice', listener: (notice: { message: string }) => void): void;
}

it.each([
  [{ interval: 'week' }, /interval must be month or day/],
  [{ ahead: -1 }, /ahead must be a whole number/],
  [{ intervall: 'day' }, /no option "intervall"/],
])('takes no %j', async (options, sentence) => {
  await expect(partitionSessions(scratch.knex, options as object)).rejects.toThrow(TypeError);
  await expect(partitionSessions(scratch.knex, options as object)).rejects.toThrow(sentence);
});

it('says what to do where there is no table, and where the pool is too small', async () => {
  await expect(partitionSessions(scratch.knex)).rejects.toThrow(/run cross-app migrate/);
  await migrate(scratch.knex, { withUserTables: true });
  const single = openKnex(scratch.url, 1);
  await expect(partitionSessions(single)).rejects.toThrow(/pool needs two connections/);
  await single.destroy();
});
