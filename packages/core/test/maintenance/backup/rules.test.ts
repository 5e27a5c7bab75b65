import {
  createSessionsTable,
  createUserTables,
  dropSessionsTable,
  dropUserTables,
} from '../../../src/schema.js';
import { restoreSessions } from '../../../src/index.js';
import type { Layout } from '../../../src/index.js';
import { contents, empty, fill, hashOf, insertRow, openBackupTest, rowOf, TABLES } from './fixture.js';
import type { BackupTest } from './fixture.js';

declare const LAYOUT: Layout;

jest.setTimeout(30_000);

let test: BackupTest;
beforeAll(async () => {
  test = await openBackupTest();
});
afterAll(() => test.close());
beforeEach(() => empty(test.knex));

const target = { targetApp: 'hi-events' };
const issue = async (): Promise<string> =>
  (await test.sessions.issue({ userId: 11, accountId: 77, ...target })).token;

async function archiveRow(hash: string): Promise<void> {
  await test.knex.raw(
    `WITH moved AS (DELETE FROM ${TABLES.sessions} WHERE token_hash = ? RETURNING *) INSERT INTO ${TABLES.archive} SELECT * FROM moved`,
    [hash],
  );
}

const EARLIER = new Date('2026-01-31T12:00:00.000Z');
const LATER = new Date('2026-02-01T12:00:00.000Z');
const REDEMPTION = {
  used_at: EARLIER,
  redemption_id: '00000000-0000-4000-8000-000000000001',
  redeemed_user_agent: 'first',
  redeemed_ip: '192.0.2.1',
};

describe.each([false, true])('a restore with replace: %s', (replace) => {
  const restore = (file: string): ReturnType<typeof restoreSessions> =>
    restoreSessions(test.knex, { file, replace });

  it('revokes a token that nobody has redeemed, also where the table has it unredeemed now', async () => {
    const token = await issue();
    const file = await test.backUp();
    expect(await restore(file)).toMatchObject({ inserted: 0, updated: 1, revoked: 1, removed: 0 });
    await expect(test.sessions.redeem(token, target)).rejects.toMatchObject({ code: 'token_revoked' });
  });

  it('revokes it where its row is gone', async () => {
    const token = await issue();
    const file = await test.backUp();
    await empty(test.knex);
    expect(await restore(file)).toMatchObject({ inserted: 1, updated: 0, revoked: 1 });
    await expect(test.sessions.redeem(token, target)).rejects.toMatchObject({ code: 'token_revoked' });
  });

  it('revokes what is expired or archived, too', async () => {
    const expired = await insertRow(test.knex, { expires_at: EARLIER });
    const archived = await insertRow(test.knex, { expires_at: EARLIER }, 'archive');
    const file = await test.backUp();
    await empty(test.knex);
    expect(await restore(file)).toMatchObject({ inserted: 2, revoked: 2 });
    expect(await rowOf(test.knex, expired)).toMatchObject({
      place: 'sessions',
      revoked_at: expect.any(Date),
    });
    expect(await rowOf(test.knex, archived)).toMatchObject({
      place: 'archive',
      revoked_at: expect.any(Date),
    });
  });

  it('keeps a token used that was redeemed after the backup, by whom and when', async () => {
    const token = await issue();
    const file = await test.backUp();
    await test.sessions.redeem(token, { ...target, userAgent: 'after', ipAddress: '192.0.2.9' });
    const before = await rowOf(test.knex, hashOf(token));
    expect(await restore(file)).toMatchObject({ revoked: 0, inserted: 0 });
    expect(await rowOf(test.knex, hashOf(token))).toEqual(before);
    expect(before).toMatchObject({
      used_at: expect.any(Date),
      redeemed_user_agent: 'after',
      revoked_at: null,
    });
    await expect(test.sessions.redeem(token, target)).rejects.toMatchObject({ code: 'token_used' });
  });

  it('makes a token used that the backup has used and the table has not', async () => {
    const token = await issue();
    await test.sessions.redeem(token, { ...target, userAgent: 'first' });
    const used = await rowOf(test.knex, hashOf(token));
    const file = await test.backUp();
    await test
      .knex(TABLES.sessions)
      .update({ used_at: null, redemption_id: null, redeemed_user_agent: null });
    expect(await restore(file)).toMatchObject({ inserted: 0, updated: 1, revoked: 0 });
    expect(await rowOf(test.knex, hashOf(token))).toEqual(used);
    await expect(test.sessions.redeem(token, target)).rejects.toMatchObject({ code: 'token_used' });
  });

  it('mixes nothing of two redemptions', async () => {
    const hash = await insertRow(test.knex, { ...REDEMPTION, replays: 5 });
    const file = await test.backUp();
    await test.knex(TABLES.sessions).update({
      replays: 0,
      used_at: LATER,
      redemption_id: '00000000-0000-4000-8000-000000000002',
      redeemed_user_agent: null,
      redeemed_ip: null,
    });
    const before = await rowOf(test.knex, hash);
    await restore(file);
    expect(await rowOf(test.knex, hash)).toEqual({ ...before, replays: 5 });
  });

  it.each([
    ['the table', { backup: null, table: EARLIER }],
    ['the backup', { backup: EARLIER, table: null }],
    ['both, first in the table', { backup: LATER, table: EARLIER }],
    ['both, first in the backup', { backup: EARLIER, table: LATER }],
  ])('keeps a token revoked that is so in %s, since the earlier time', async (_where, { backup, table }) => {
    const hash = await insertRow(test.knex, { revoked_at: backup });
    const used = await insertRow(test.knex, { ...REDEMPTION, revoked_at: backup });
    const file = await test.backUp();
    await test.knex(TABLES.sessions).update({ revoked_at: table });
    await restore(file);
    expect(await rowOf(test.knex, hash)).toMatchObject({ revoked_at: EARLIER });
    expect(await rowOf(test.knex, used)).toMatchObject({ revoked_at: EARLIER, used_at: EARLIER });
  });

  it('keeps the greater count of replays', async () => {
    const more = await insertRow(test.knex, { ...REDEMPTION, replays: 5 });
    const fewer = await insertRow(test.knex, { ...REDEMPTION, replays: 1 });
    const file = await test.backUp();
    await test.knex(TABLES.sessions).update({ replays: 3 });
    await restore(file);
    expect(await rowOf(test.knex, more)).toMatchObject({ replays: 5 });
    expect(await rowOf(test.knex, fewer)).toMatchObject({ replays: 3 });
  });

  it('merges what is in the other table now, and has each token once', async () => {
    const archivedSince = await insertRow(test.knex, REDEMPTION);
    const broughtBackSince = await insertRow(test.knex, { expires_at: EARLIER }, 'archive');
    const unredeemed = await insertRow(test.knex);
    const file = await test.backUp();
    await archiveRow(archivedSince);
    await archiveRow(unredeemed);
    await test.knex.raw(
      `WITH moved AS (DELETE FROM ${TABLES.archive} WHERE token_hash = ? RETURNING *) INSERT INTO ${TABLES.sessions} SELECT * FROM moved`,
      [broughtBackSince],
    );
    await test.knex(TABLES.archive).update({ replays: 9 });
    expect(await restore(file)).toMatchObject({ inserted: 0, removed: 0, revoked: 2 });
    const places = replace ? ['sessions', 'archive', 'sessions'] : ['archive', 'sessions', 'archive'];
    expect(await rowOf(test.knex, archivedSince)).toMatchObject({
      place: places[0],
      used_at: EARLIER,
      replays: 9,
    });
    expect(await rowOf(test.knex, broughtBackSince)).toMatchObject({
      place: places[1],
      revoked_at: expect.any(Date),
    });
    expect(await rowOf(test.knex, unredeemed)).toMatchObject({
      place: places[2],
      revoked_at: expect.any(Date),
    });
  });

  it('changes nothing the second time', async () => {
    await fill(test.knex, 60);
    const file = await test.backUp();
    await empty(test.knex);
    await fill(test.knex, 10);
    await restore(file);
    const before = await contents(test.knex);
    const xids = async (): Promise<unknown> =>
      (await test.knex.raw(`SELECT count(DISTINCT xmin::text) FROM ${TABLES.sessions}`)).rows;
    const writtenBy = await xids();
    expect(await restore(file)).toMatchObject({ inserted: 0, updated: 0, revoked: 0, removed: 0 });
    expect(await contents(test.knex)).toEqual(before);
    expect(await xids()).toEqual(writtenBy);
  });

  it('says with dryRun exactly what it would do, and changes nothing', async () => {
    await fill(test.knex, 60);
    const file = await test.backUp();
    await test.knex.raw(`DELETE FROM ${TABLES.sessions} WHERE user_id = 12`);
    await test.knex.raw(
      `UPDATE ${TABLES.sessions} SET used_at = now() WHERE used_at IS NULL AND account_id IS NULL`,
    );
    await fill(test.knex, 10);
    const before = await contents(test.knex);
    const { rows: sequence } = await test.knex.raw('SELECT last_value FROM cross_app_sessions_id_seq');
    const planned = await restoreSessions(test.knex, { file, replace, dryRun: true });
    expect(await contents(test.knex)).toEqual(before);
    expect((await test.knex.raw('SELECT last_value FROM cross_app_sessions_id_seq')).rows).toEqual(sequence);
    const { dryRun, ...done } = await restore(file);
    expect(dryRun).toBe(false);
    expect(planned).toEqual({ ...done, dryRun: true });
    expect(Math.min(done.inserted, done.updated, done.revoked)).toBeGreaterThan(0);
    expect(done.removed).toBe(replace ? 15 : 0);
  });

  it('leaves out rows whose user or account is gone, and says how many', async () => {
    await test.knex('users').insert({ id: 99, email: 'gone@example.com' });
    await test.knex('accounts').insert({ id: 99, name: 'Gone', slug: 'gone' });
    const kept = await insertRow(test.knex, { account_id: 77, ...REDEMPTION });
    await insertRow(test.knex, { user_id: 99, account_id: 99 });
    await insertRow(test.knex, { account_id: 99 });
    await insertRow(test.knex, { user_id: 99 }, 'archive');
    const file = await test.backUp();
    await empty(test.knex);
    await test.knex('users').where({ id: 99 }).delete();
    await test.knex('accounts').where({ id: 99 }).delete();
    // The archive has no foreign keys, and still nothing comes back that belongs to nobody.
    expect(await restore(file)).toMatchObject({ inserted: 1, leftOut: 3, revoked: 0 });
    await rowOf(test.knex, kept);
    expect(await contents(test.knex)).toHaveLength(1);
  });

  it('gives a row a new id where another token has it now', async () => {
    const hash = await insertRow(test.knex, { ...REDEMPTION, id: 1_000_000 });
    const archived = await insertRow(test.knex, { ...REDEMPTION, id: 1_000_001 }, 'archive');
    const file = await test.backUp();
    await empty(test.knex);
    const other = await insertRow(test.knex, { ...REDEMPTION, id: 1_000_000 }, 'archive');
    const another = await insertRow(test.knex, { ...REDEMPTION, id: 1_000_001 });
    await restore(file);
    const all = [hash, archived, ...(replace ? [] : [other, another])];
    const ids = (await Promise.all(all.map((each) => rowOf(test.knex, each)))).map(({ id }) => id);
    expect(new Set(ids).size).toBe(all.length);
    // With replace the others are gone, and nobody has the ids; else they keep theirs.
    expect(ids.slice(-2)).toEqual(['1000000', '1000001']);
    await restore(file);
    expect(await contents(test.knex)).toHaveLength(all.length);
  });
});

describe('rows that the backup does not have', () => {
  it('stay as they are, and their tokens work', async () => {
    await fill(test.knex, 20);
    const file = await test.backUp();
    const token = await issue();
    await insertRow(test.knex, { expires_at: EARLIER }, 'archive');
    const own = await rowOf(test.knex, hashOf(token));
    expect(await restoreSessions(test.knex, { file })).toMatchObject({ removed: 0 });
    expect(await rowOf(test.knex, hashOf(token))).toEqual(own);
    expect(await contents(test.knex)).toHaveLength(32);
    await test.sessions.redeem(token, target);
  });

  it('are removed with replace, so that nothing but the backup is left', async () => {
    await fill(test.knex, 20, false);
    const before = await contents(test.knex);
    const file = await test.backUp();
    const token = await issue();
    await insertRow(test.knex, { expires_at: EARLIER }, 'archive');
    await test.knex(TABLES.sessions).update({ user_agent: 'altered' });
    expect(await restoreSessions(test.knex, { file, replace: true })).toMatchObject({
      inserted: 0,
      updated: 20,
      removed: 2,
    });
    expect(await contents(test.knex)).toEqual(before);
    await expect(test.sessions.redeem(token, target)).rejects.toMatchObject({ code: 'token_unknown' });
  });

  it('are removed where the host has columns that cannot be compared', async () => {
    await test.knex.raw(
      `ALTER TABLE ${TABLES.sessions} ADD COLUMN note json; ALTER TABLE ${TABLES.archive} ADD COLUMN note json`,
    );
    try {
      const hash = await insertRow(test.knex, { ...REDEMPTION, note: '{"a": 1}' });
      const file = await test.backUp();
      await test.knex(TABLES.sessions).update({ note: null });
      expect(await restoreSessions(test.knex, { file, replace: true })).toMatchObject({ updated: 1 });
      expect(await rowOf(test.knex, hash)).toMatchObject({ note: { a: 1 } });
      expect(await restoreSessions(test.knex, { file, replace: true })).toMatchObject({ updated: 0 });
    } finally {
      await test.knex.raw(
        `ALTER TABLE ${TABLES.sessions} DROP COLUMN note; ALTER TABLE ${TABLES.archive} DROP COLUMN note`,
      );
    }
  });
});

describe('without foreign keys', () => {
  const options = { foreignKeys: false, layout: LAYOUT };
  beforeAll(async () => {
    await dropSessionsTable(test.knex);
    await dropUserTables(test.knex);
    await createUserTables(test.knex);
    await createSessionsTable(test.knex, options);
  });

  it('a row of nobody is left out too, and revoked where it is in the table', async () => {
    await test.knex('users').insert({ id: 11, email: 'ada@example.com' });
    const [kept, absent, there] = [
      await insertRow(test.knex),
      await insertRow(test.knex, { user_id: 98 }),
      await insertRow(test.knex, { user_id: 98 }),
    ];
    const file = await test.backUp();
    await test.knex(TABLES.sessions).where({ token_hash: absent }).delete();
    expect(await restoreSessions(test.knex, { file })).toMatchObject({ leftOut: 1, revoked: 2, updated: 2 });
    for (const hash of [kept, there]) {
      expect(await rowOf(test.knex, hash)).toMatchObject({ revoked_at: expect.any(Date) });
    }
  });

  it('nothing is left out where there is no such table', async () => {
    await insertRow(test.knex, { user_id: 98, account_id: 97 });
    const file = await test.backUp();
    await empty(test.knex);
    await dropUserTables(test.knex);
    expect(await restoreSessions(test.knex, { file })).toMatchObject({ inserted: 1, leftOut: 0 });
  });
});
