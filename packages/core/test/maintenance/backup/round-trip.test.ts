import { randomUUID } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { PassThrough } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import type { Knex } from 'knex';
import type { Layout } from '../../../src/index.js';
import {
  backUpSessions,
  createCrossAppSessions,
  createSessionsTable,
  readBackup,
  restoreSessions,
} from '../../../src/index.js';
import { contents, empty, fill, hashOf, insertRow, openBackupTest, openOther, rowOf } from './fixture.js';
import type { BackupTest } from './fixture.js';

declare const LAYOUT: Layout;

jest.setTimeout(30_000);

let test: BackupTest;
beforeAll(async () => {
  test = await openBackupTest();
});
afterAll(() => test.close());
beforeEach(() => empty(test.knex));

const ODD = 'tab\t newline\n return\r backslash \\ \\. \\N quote \' " 𝄞 é \u0001 end\n\\.\n';
const FULL = {
  account_id: 78,
  used_at: '2026-01-31 12:00:00.123456+00',
  revoked_at: '2026-01-31 12:00:01.654321+00',
  created_at: '2026-01-31 11:59:59.999999+00',
  source_app: 'tuvens',
  target_app: 'other-app',
  user_agent: ODD,
  ip_address: '2001:db8::1',
  redemption_id: randomUUID(),
  retried_at: '2026-01-31 12:00:00.5+00',
  code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
  permissions: JSON.stringify(['events:write', ODD]),
  payload: JSON.stringify({ [ODD]: [1.5, null, { deep: ODD }] }),
  redeemed_user_agent: '',
  redeemed_ip: '192.0.2.1/32',
  epoch: '\\N',
  replays: 7,
};

describe('a backup and its restore', () => {
  it('bring back every column of both tables as it was', async () => {
    const hash = await insertRow(test.knex, FULL);
    await insertRow(test.knex, { ...FULL, expires_at: '2026-01-31 12:15:00+00', user_id: 12 }, 'archive');
    await fill(test.knex, 100, false);
    const before = await contents(test.knex);
    const file = test.newFile();
    expect(await backUpSessions(test.knex, { file })).toMatchObject({
      outcome: 'done',
      with: 'copy',
      rows: 101,
      archived: 51,
    });
    await empty(test.knex);
    const report = await restoreSessions(test.knex, { file });
    expect(report).toMatchObject({
      outcome: 'done',
      rows: 101,
      archived: 51,
      inserted: 152,
      updated: 0,
      revoked: 0,
    });
    expect(await contents(test.knex)).toEqual(before);
    expect(await rowOf(test.knex, hash)).toMatchObject({
      user_agent: ODD,
      payload: JSON.parse(FULL.payload),
    });
  });

  it('do so for empty tables too', async () => {
    const file = test.newFile();
    expect(await backUpSessions(test.knex, { file })).toMatchObject({ rows: 0, archived: 0 });
    expect(await restoreSessions(test.knex, { file })).toMatchObject({ outcome: 'done', inserted: 0 });
    expect(await contents(test.knex)).toEqual([]);
  });

  it.each(['plain', 'partitioned'] as const)(
    'move rows to a fresh database of the %s layout, where issuing goes on after the largest id',
    async (layout) => {
      await fill(test.knex, 300, false);
      const before = await contents(test.knex);
      const file = test.newFile();
      await backUpSessions(test.knex, { file });
      const other = await openOther(layout);
      try {
        await restoreSessions(other.knex, { file, replace: layout === LAYOUT });
        expect(await contents(other.knex)).toEqual(before);
        const sessions = createCrossAppSessions({ knex: other.knex, appId: 'tuvens' });
        const { session, token } = await sessions.issue({ userId: 11, targetApp: 'hi-events' });
        const largest = Math.max(...(await other.knex('cross_app_sessions').pluck('id')).map(Number));
        expect(Number(session.id)).toBe(largest);
        await sessions.redeem(token, { targetApp: 'hi-events' });
      } finally {
        await other.close();
      }
    },
  );

  it.each([
    {
      userIdType: 'uuid',
      accountIdType: 'text',
      foreignKeys: true,
      userId: randomUUID(),
      accountId: "o'Neill\t\\",
    },
    {
      userIdType: 'bigint',
      accountIdType: 'uuid',
      foreignKeys: false,
      userId: '9223372036854775807',
      accountId: randomUUID(),
    },
  ] as const)(
    'work for $userIdType and $accountIdType ids and tables of odd names, foreign keys: $foreignKeys',
    async (c) => {
      const { userIdType, accountIdType, foreignKeys, userId, accountId } = c;
      const other = await openOther(LAYOUT, { foreignKeys: false, schema: 'unused' });
      const { knex } = other;
      const options = {
        userIdType,
        accountIdType,
        foreignKeys,
        layout: LAYOUT,
        tables: { sessions: 'Odd-Schema.hand-offs', users: 'host.Members', accounts: 'host.teams' },
      };
      try {
        await knex.raw(`CREATE SCHEMA "Odd-Schema"; CREATE SCHEMA host;
        CREATE TABLE host."Members" (id ${userIdType} PRIMARY KEY); CREATE TABLE host.teams (id ${accountIdType} PRIMARY KEY)`);
        await knex('Members').withSchema('host').insert({ id: userId });
        await knex('teams').withSchema('host').insert({ id: accountId });
        await createSessionsTable(knex, options);
        const handoffs = (): Knex.QueryBuilder => knex<object>('hand-offs').withSchema('Odd-Schema');
        const row = {
          expires_at: new Date(),
          user_id: userId,
          account_id: accountId,
          revoked_at: new Date(),
        };
        await handoffs().insert({ ...row, token_hash: hashOf('1') });
        if (!foreignKeys) await handoffs().insert({ ...row, token_hash: hashOf('2'), user_id: '12' });
        const before: unknown[] = await handoffs().orderBy('id');
        const file = test.newFile();
        const sessionsTable = 'Odd-Schema.hand-offs';
        await backUpSessions(knex, { file, sessionsTable });
        await handoffs().delete();
        const report = await restoreSessions(knex, { file, sessionsTable });
        expect(report).toMatchObject({ inserted: 1, leftOut: before.length - 1 });
        expect(await handoffs().orderBy('id')).toEqual(before.slice(0, 1));
      } finally {
        await other.close();
      }
    },
  );
});

describe('the file', () => {
  it('is readable SQL for its owner only, has hashes and no tokens, and says what is in it', async () => {
    const { token } = await test.sessions.issue({ userId: 11, targetApp: 'hi-events', payload: { a: 1 } });
    const file = test.newFile();
    const { madeAt } = await backUpSessions(test.knex, { file });
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const text = gunzipSync(await readFile(file)).toString();
    expect(text).toContain(hashOf(token));
    expect(text).not.toContain(token);
    expect(text).not.toContain(token.slice(8, 40));
    expect(text.split('\n').filter((line) => /^(--|COPY|\\\.)/.test(line))).toEqual([
      expect.stringMatching(/^-- cross-app backup \{"version":1,/),
      expect.stringMatching(/^COPY "public"\."cross_app_sessions" \("id", "token_hash", .*\) FROM stdin;$/),
      '\\.',
      expect.stringMatching(
        /^COPY "public"\."cross_app_sessions_archive" \("id", "token_hash", .*\) FROM stdin;$/,
      ),
      '\\.',
      expect.stringMatching(
        /^-- cross-app backup end \{"sessions":1,"archive":0,"sha256":"[0-9a-f]{64}"\} *$/,
      ),
    ]);
    const { header, footer } = await readBackup(file);
    expect(footer).toMatchObject({ sessions: 1, archive: 0 });
    expect(header).toMatchObject({ madeAt, schema: { userIdType: 'integer' } });
    expect(header.tables.sessions).toMatchObject({
      name: 'public.cross_app_sessions',
      columns: expect.arrayContaining([{ name: 'id', type: 'bigint' }]),
    });
  });

  it('is the same when it is written to a stream', async () => {
    await fill(test.knex, 50);
    const file = test.newFile();
    const stream = new PassThrough();
    const [bytes] = await Promise.all([buffer(stream), backUpSessions(test.knex, { to: stream })]);
    await backUpSessions(test.knex, { file });
    const withoutTime = (packed: Buffer): string =>
      gunzipSync(packed)
        .toString()
        .replace(/"(madeAt|sha256)":"[^"]+"/g, '');
    expect(withoutTime(bytes)).toBe(withoutTime(await readFile(file)));
  });

  it('never takes the place of another one, unless that is asked for', async () => {
    const file = test.newFile();
    await backUpSessions(test.knex, { file });
    const first = await readFile(file);
    await expect(backUpSessions(test.knex, { file })).rejects.toMatchObject({
      name: 'MaintenanceRefused',
      message: expect.stringContaining('exists already'),
    });
    expect(await readFile(file)).toEqual(first);
    await fill(test.knex, 10);
    await backUpSessions(test.knex, { file, force: true });
    expect((await readBackup(file)).footer).toMatchObject({ sessions: 10, archive: 5 });
  });

  it('is refused where it cannot be written, in one sentence', async () => {
    const file = '/nowhere/at/all.gz';
    await expect(backUpSessions(test.knex, { file })).rejects.toMatchObject({ name: 'MaintenanceRefused' });
  });

  it('is of one moment, whatever is issued while it is written', async () => {
    await fill(test.knex, 20_000);
    const file = test.newFile();
    let issued = 0;
    const report = await backUpSessions(test.knex, {
      file,
      onProgress: () => {
        issued += 1;
        void insertRow(test.knex, {}, 'archive').catch(() => undefined);
      },
    });
    expect(issued).toBeGreaterThan(0);
    expect(report).toMatchObject({ rows: 20_000, archived: 10_000 });
    expect((await readBackup(file)).footer).toMatchObject({ sessions: 20_000, archive: 10_000 });
  });
});

describe('wrong options', () => {
  it.each([
    [{ file: 'a', sesionsTable: 'b' }, /no option "sesionsTable"/],
    [{}, /either/],
    [{ file: 'a', to: new PassThrough() }, /either/],
    [{ file: 'a', with: 'psql' }, /auto, pg_dump or copy/],
    [{ file: 'a', with: 'pg_dump' }, /needs pgDump/],
  ])('of a backup are refused: %p', async (options, message) => {
    await expect(backUpSessions(test.knex, options as never)).rejects.toThrow(message);
    await expect(backUpSessions(test.knex, options as never)).rejects.toThrow(TypeError);
  });

  it('of a restore are refused', async () => {
    await expect(restoreSessions(test.knex, { file: 'a', force: true } as never)).rejects.toThrow(TypeError);
    await expect(restoreSessions(test.knex, {} as never)).rejects.toThrow(TypeError);
  });
});
