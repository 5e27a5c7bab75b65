import {
  createCrossAppSessions,
  migrate,
  migrationStatus,
  partitionSessions,
  rollback,
} from '../../src/index.js';
import { openKnex } from '../database.js';
import { describeSchema } from '../describe-schema.js';
import { insertOld, many, migrateWithUsers, openScratch, partitions, rowsOf, target } from './scratch.js';
import type { Scratch } from './scratch.js';

let scratch: Scratch;
beforeEach(async () => {
  scratch = await openScratch();
});
afterEach(async () => {
  await scratch.close();
});

const FIRST = /^cross_app_sessions_before_\d{4}_\d\d_01$/;

/** What there is of the table, by name, the archive and what differs by nature left out. */
async function description({ knex }: Scratch): Promise<Record<string, unknown>> {
  const tables = (await describeSchema(knex)).trim().split('\n\n');
  const named = tables.map((sql) => [/CREATE TABLE (\S+)/.exec(sql)?.[1] ?? '', sql] as const);
  const [catalog] = await rowsOf(
    knex,
    `SELECT relkind, relowner::regrole, pg_get_partkeydef(pg_class.oid) AS key, pg_get_serial_sequence('cross_app_sessions', 'id') AS sequence,
       (SELECT json_agg(conname ORDER BY conname) FROM pg_constraint WHERE conrelid = pg_class.oid) AS constraints,
       (SELECT json_agg(indexrelid::regclass ORDER BY indexrelid::regclass::text) FROM pg_index WHERE indrelid = pg_class.oid AND indisvalid) AS indexes,
       (SELECT json_agg(row(seqstart, seqincrement, seqcache)) FROM pg_sequence WHERE seqrelid = 'cross_app_sessions_id_seq'::regclass) AS sequences
     FROM pg_class WHERE oid = 'cross_app_sessions'::regclass`,
  );
  const { schemas } = await migrationStatus(knex);
  return {
    tables: Object.fromEntries(named.filter(([name]) => !/_archive|_before_/.test(name))),
    catalog,
    schemas,
  };
}

describe('partitionSessions', () => {
  it.each(['month', 'day'] as const)('by %s makes what migrate would have made', async (interval) => {
    await migrateWithUsers(scratch.knex);
    const { converted, firstPartition, created } = await partitionSessions(scratch.knex, {
      interval,
      ahead: 16,
    });
    expect(converted).toBe(true);
    const other = await openScratch();
    await migrateWithUsers(other.knex, { layout: 'partitioned', partitionInterval: interval });
    const [made, wanted] = [await description(scratch), await description(other)];
    await other.close();
    // Those until the first partition ends are missing here, and those far ahead are missing there.
    const common = Object.keys(made['tables'] as object).filter(
      (name) => name in (wanted['tables'] as object),
    );
    const only = (tables: unknown) => common.map((name) => (tables as Record<string, string>)[name]);
    expect(only(made['tables'])).toEqual(only(wanted['tables']));
    expect(common).toContain('cross_app_sessions');
    expect(common).toContain('cross_app_sessions_default');
    expect(common.filter((name) => created.includes(`public.${name}`)).length).toBeGreaterThan(1);
    expect({ ...made, tables: 0 }).toEqual({ ...wanted, tables: 0 });
    expect(firstPartition?.name).toMatch(/^public\.cross_app_sessions_before_/);
  });

  it('keeps every row where it is, and what was issued before is redeemed once', async () => {
    const sessions = await migrateWithUsers(scratch.knex);
    await insertOld(scratch.knex, many(100, 3));
    const { token } = await sessions.issue({ userId: 11, ...target });
    const used = await sessions.issue({ userId: 11, ...target });
    const redemptionId = '8f1b4f04-7c44-4e9c-8f25-52e1b3f2a001';
    await sessions.redeem(used.token, { ...target, redemptionId });
    const before = await rowsOf(scratch.knex, 'SELECT ctid, * FROM cross_app_sessions ORDER BY id');
    await partitionSessions(scratch.knex, {});
    const names = await partitions(scratch.knex);
    const first = names.find((name) => FIRST.test(name)) ?? '';
    expect(names).toContain('cross_app_sessions_default');
    expect(names.length).toBeGreaterThanOrEqual(4);
    expect(await rowsOf(scratch.knex, `SELECT ctid, * FROM ${first} ORDER BY id`)).toEqual(before);

    await sessions.inspect(token, target);
    await sessions.redeem(token, target);
    await sessions.redeem(used.token, { ...target, redemptionId });
    for (const spent of [token, used.token]) {
      await expect(sessions.redeem(spent, target)).rejects.toMatchObject({ code: 'token_used' });
    }
    const next = await sessions.issue({ userId: 11, ...target });
    expect(Number(next.session.id)).toBe(103);
    await sessions.revoke(next.token);
    await expect(sessions.redeem(next.token, target)).rejects.toMatchObject({ code: 'token_revoked' });
    await scratch.knex('users').where({ id: 11 }).delete();
    expect(await scratch.knex('cross_app_sessions')).toEqual([]);
  });

  it('does nothing the second time', async () => {
    await migrateWithUsers(scratch.knex);
    const first = await partitionSessions(scratch.knex, {});
    expect(first.steps).toHaveLength(4);
    const made = await description(scratch);
    expect(await partitionSessions(scratch.knex, { interval: 'month' })).toEqual({
      converted: false,
      firstPartition: null,
      created: [],
      postponed: [],
      steps: [],
      outcome: 'done',
      dryRun: false,
    });
    expect(await description(scratch)).toEqual(made);
    await expect(partitionSessions(scratch.knex, { interval: 'day' })).rejects.toThrow(
      /is partitioned by month already/,
    );
  });

  it('as a dry run changes nothing and says what the run will do', async () => {
    await migrateWithUsers(scratch.knex);
    const before = await description(scratch);
    const { steps, created, firstPartition, converted } = await partitionSessions(scratch.knex, {
      dryRun: true,
    });
    expect(await description(scratch)).toEqual(before);
    const told: string[] = [];
    const report = await partitionSessions(scratch.knex, { onStep: (step) => told.push(step) });
    expect(report).toMatchObject({ steps, created, firstPartition, converted });
    expect(told).toEqual(steps);
  });

  it('run by two at once converts once', async () => {
    await migrateWithUsers(scratch.knex);
    await insertOld(scratch.knex, many(2000, 3));
    const other = openKnex(scratch.url);
    const reports = await Promise.all([partitionSessions(scratch.knex), partitionSessions(other)]);
    await other.destroy();
    expect(reports.filter(({ converted }) => converted)).toHaveLength(1);
    expect(reports.map(({ outcome }) => outcome)).toContain('done');
    expect(await scratch.knex('cross_app_sessions')).toHaveLength(2000);
  });

  it.each([0, 1, 2, 3])(
    'stopped after step %s takes no more steps, and goes on from there',
    async (count) => {
      const sessions = await migrateWithUsers(scratch.knex);
      const stop = new AbortController();
      let done = 0;
      if (count === 0) stop.abort();
      const stopped = await partitionSessions(scratch.knex, {
        signal: stop.signal,
        onStep: () => {
          if (++done === count) stop.abort();
        },
      });
      expect(stopped).toMatchObject({ outcome: 'interrupted', converted: false });
      expect(stopped.steps).toHaveLength(count);
      // Nothing is left that would refuse a token one day.
      expect(
        await rowsOf(
          scratch.knex,
          `SELECT conname FROM pg_constraint WHERE conname LIKE '%sessions_before%'`,
        ),
      ).toEqual([]);
      await sessions.issue({ userId: 11, ...target });
      const report = await partitionSessions(scratch.knex);
      expect(report).toMatchObject({ outcome: 'done', converted: true });
      expect(report.steps).toHaveLength(4 - Math.min(count, 2));
    },
  );

  it('begins again where an index was left half built, and takes a CHECK that was left away', async () => {
    await migrateWithUsers(scratch.knex);
    await insertOld(scratch.knex, [400, 2]);
    await scratch.knex.raw(
      'CREATE UNIQUE INDEX CONCURRENTLY cross_app_sessions_before_token_hash ON cross_app_sessions (token_hash, expires_at)',
    );
    await scratch.knex.raw(
      `UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'cross_app_sessions_before_token_hash'::regclass`,
    );
    await scratch.knex.raw(
      `ALTER TABLE cross_app_sessions ADD CONSTRAINT cross_app_sessions_before CHECK (expires_at < now() + interval '1 minute') NOT VALID`,
    );
    expect(await partitionSessions(scratch.knex)).toMatchObject({ converted: true, outcome: 'done' });
    expect(
      await rowsOf(
        scratch.knex,
        `SELECT conname FROM pg_constraint WHERE conname = 'cross_app_sessions_before'`,
      ),
    ).toEqual([]);
    expect(
      await rowsOf(scratch.knex, 'SELECT indexrelid::regclass FROM pg_index WHERE NOT indisvalid'),
    ).toEqual([]);
  });

  it('is rolled back like any other', async () => {
    const before = await rowsOf(
      scratch.knex,
      "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace",
    );
    await migrateWithUsers(scratch.knex);
    await insertOld(scratch.knex, [1, 2]);
    await partitionSessions(scratch.knex);
    expect(await migrate(scratch.knex)).toEqual([]);
    expect(await rollback(scratch.knex, { all: true })).toHaveLength(7);
    expect(
      await rowsOf(scratch.knex, "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"),
    ).toEqual(before);
  });
});

describe('partitionSessions, on a table of other names and types,', () => {
  it.each([true, false])('with foreign keys: %s', async (foreignKeys) => {
    const { knex } = scratch;
    await knex.raw(`CREATE SCHEMA "Hand-offs"; CREATE SCHEMA host;
      CREATE TABLE host.people (id uuid PRIMARY KEY, email text, name text);
      CREATE TABLE host.teams (id text PRIMARY KEY, name text, slug text);
      INSERT INTO host.people VALUES ('8f1b4f04-7c44-4e9c-8f25-52e1b3f2a001', 'ada@example.com', 'Ada');
      INSERT INTO host.teams VALUES ('Grüße/ä', 'Team', 'team')`);
    const tables = {
      sessions: 'Hand-offs.Sitzungen-from_here-to_there-1234567890',
      users: 'host.people',
      accounts: 'host.teams',
    };
    await migrate(knex, { tables, userIdType: 'uuid', accountIdType: 'text', foreignKeys });
    const sessions = createCrossAppSessions({ knex, appId: 'tuvens', tables });
    const request = { userId: '8f1b4f04-7c44-4e9c-8f25-52e1b3f2a001', accountId: 'Grüße/ä', ...target };
    const { token } = await sessions.issue(request);
    expect(await partitionSessions(knex, { interval: 'day' })).toMatchObject({
      converted: true,
      outcome: 'done',
    });
    await expect(sessions.redeem(token, target)).resolves.toMatchObject({ account: { id: 'Grüße/ä' } });
    await sessions.redeem((await sessions.issue(request)).token, target);
    const keys = await rowsOf<{ sql: string }>(
      knex,
      `SELECT pg_get_constraintdef(oid) AS sql FROM pg_constraint
       WHERE conrelid = to_regclass('"Hand-offs"."Sitzungen-from_here-to_there-1234567890"') AND contype = 'f' ORDER BY 1`,
    );
    expect(keys.map(({ sql }) => sql)).toEqual(
      foreignKeys
        ? [
            'FOREIGN KEY (account_id) REFERENCES host.teams(id) ON DELETE CASCADE',
            'FOREIGN KEY (user_id) REFERENCES host.people(id) ON DELETE CASCADE',
          ]
        : [],
    );
    expect(await rollback(knex, { all: true })).toHaveLength(6);
  });
});
