import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { CrossAppSessions } from '@cross-app/protocol';
import { createTestDatabase } from '@cross-app/test-database';
import type { TestDatabase } from '@cross-app/test-database';
import type { Knex } from 'knex';
import { createCrossAppSessions, migrate, partitionSessions } from '../src/index.js';
import { openKnex } from './database.js';
import { describeSchema } from './describe-schema.js';
import * as firstVersion from './fixture/first-version.cjs';

const request = { userId: 11, targetApp: 'hi-events' };
const ONE_OF_TWO = ['redeemed', 'token_used'];
const ONE_OF_FOUR = ['redeemed', 'token_used', 'token_used', 'token_used'];
const target = { targetApp: 'hi-events' };

let database: TestDatabase;
let knex: Knex;
let old: CrossAppSessions;
beforeEach(async () => {
  database = await createTestDatabase({ template: 'empty', migrate: () => Promise.resolve() });
  knex = openKnex(database.url, 20);
  await firstVersion.migrate(knex, { withUserTables: true });
  await knex('users').insert({ id: 11, email: 'ada@example.com', name: 'Ada' });
  await knex('accounts').insert({ id: 77, name: 'Acme', slug: 'acme' });
  old = firstVersion.createCrossAppSessions({ knex, appId: 'tuvens' });
});
afterEach(async () => {
  await knex.destroy();
  await database.close();
});

const newest = (): CrossAppSessions => createCrossAppSessions({ knex, appId: 'tuvens' });

/** Lets each redeem the token twice, all at once, and gives what they were told, in order of the alphabet. */
async function race(token: string, redeemers: readonly CrossAppSessions[]): Promise<string[]> {
  const attempts = [...redeemers, ...redeemers].map((sessions) =>
    sessions.redeem(token, target).then(
      () => 'redeemed',
      (error: unknown) => (error as { code: string }).code,
    ),
  );
  return (await Promise.all(attempts)).sort();
}

/** Issues and races with four hands for as long as the work lasts and then 20 tokens more; gives each token's race. */
async function meanwhile(both: readonly CrossAppSessions[], work: () => Promise<void>): Promise<string[][]> {
  const races: string[][] = [];
  let isDone = false;
  const hand = async (index: number): Promise<void> => {
    const issuer = both[index % both.length] ?? old;
    while (!isDone) {
      const { token } = await issuer.issue(request);
      races.push(await race(token, both));
    }
  };
  const hands = Promise.all([0, 1, 2, 3].map(hand));
  const more = async (): Promise<void> => {
    for (const wanted = races.length + 20; races.length < wanted;) {
      await Promise.race([hands, setTimeout(5)]); // a hand that fails ends the wait
    }
  };
  await more();
  await work();
  await more();
  isDone = true;
  await hands;
  return races;
}

/** Every row, of these columns, as text. */
async function rows(columns: readonly string[]): Promise<unknown> {
  const list = columns.map((column) => `${column}::text`).join(', ');
  const found = await knex.raw<{ rows: unknown }>(`SELECT ${list} FROM cross_app_sessions ORDER BY id`);
  return found.rows;
}

async function count(where: object): Promise<number> {
  const [row] = await knex('cross_app_sessions').where(where).count<{ count: string }[]>();
  return Number(row?.count);
}

const columnsOf = async (): Promise<string[]> => Object.keys(await knex('cross_app_sessions').columnInfo());

describe('a database of the first version, migrated while the first version goes on', () => {
  it('keeps every row as it was, and what each token may do', async () => {
    const codeVerifier = randomBytes(32).toString('base64url');
    const codeChallenge = createHash('sha256').update(codeVerifier).digest('base64url');
    const redemptionId = randomUUID();
    const live = await old.issue(request);
    const bound = await old.issue({ ...request, codeChallenge });
    const full = await old.issue({
      ...request,
      accountId: 77,
      permissions: ['events:write'],
      payload: { eventId: 42 },
      userAgent: 'Firefox',
      ipAddress: '203.0.113.9',
    });
    const used = await old.issue(request);
    await old.redeem(used.token, { ...target, redemptionId });
    // The first version rounds microseconds to a Date, the newest cuts them, as pg does: they agree on whole milliseconds.
    const whole = (column: string): Knex.Raw => knex.raw("date_trunc('milliseconds', ??)", [column]);
    await knex('cross_app_sessions').update({ created_at: whole('created_at'), used_at: whole('used_at') });
    const redeemed = await old.redeem(used.token, { ...target, redemptionId });
    const revoked = await old.issue(request);
    await old.revoke(revoked.token);
    const columns = await columnsOf();
    const before = await rows(columns);
    expect(before).toHaveLength(5);

    await migrate(knex);
    const schema = await readFile(join(__dirname, '../schema.sql'), 'utf8');
    expect(schema).toContain(await describeSchema(knex));
    expect(await rows(columns)).toEqual(before);

    for (const sessions of [old, newest()]) {
      await expect(sessions.redeem(revoked.token, target)).rejects.toMatchObject({ code: 'token_revoked' });
      await expect(sessions.redeem(used.token, target)).rejects.toMatchObject({ code: 'token_used' });
      expect(await sessions.redeem(used.token, { ...target, redemptionId })).toEqual(redeemed);
      await expect(sessions.redeem(bound.token, target)).rejects.toMatchObject({ code: 'verifier_mismatch' });
    }
    expect(await newest().redeem(full.token, target)).toMatchObject({
      account: { id: '77', slug: 'acme' },
      session: { permissions: ['events:write'], payload: { eventId: 42 } },
    });
    await expect(old.redeem(full.token, target)).rejects.toMatchObject({ code: 'token_used' });
    await expect(newest().redeem(bound.token, { ...target, codeVerifier })).resolves.toBeDefined();
    expect(await race(live.token, [old, newest()])).toEqual(ONE_OF_FOUR);
  });

  it('lets the first version issue and redeem throughout, then both beside each other, each token once', async () => {
    const during = await meanwhile([old], async () => {
      expect((await migrate(knex)).length).toBeGreaterThan(0);
    });
    for (const told of during) expect(told).toEqual(ONE_OF_TWO);
    const after = await meanwhile([old, newest()], () => Promise.resolve());
    for (const told of after) expect(told).toEqual(ONE_OF_FOUR);

    // Nothing is lost: there is a row for each issue, used by the one who won.
    expect(await count({})).toBe(during.length + after.length);
    expect(await count({ used_at: null })).toBe(0);
  });

  it('lets the first version go on after the table has been made one of partitions', async () => {
    const early = await old.issue(request);
    await migrate(knex);
    const later = await newest().issue(request);
    await partitionSessions(knex);
    const latest = await old.issue(request);
    for (const { token } of [early, later, latest]) {
      expect(await race(token, [old, newest()])).toEqual(ONE_OF_FOUR);
    }
  });

  it('lets either version revoke what the other one issued', async () => {
    const fromOld = await old.issue(request);
    await migrate(knex);
    const fromNew = await newest().issue(request);
    await newest().revoke(fromOld.token);
    await old.revoke(fromNew.token);
    for (const sessions of [old, newest()]) {
      expect(await race(fromOld.token, [sessions])).toEqual(['token_revoked', 'token_revoked']);
      expect(await race(fromNew.token, [sessions])).toEqual(['token_revoked', 'token_revoked']);
    }
  });
});
