import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { makeToken } from '@cross-app/protocol';
import { startPostgres } from '@cross-app/test-database/server';
import type { PostgresServer } from '@cross-app/test-database/server';
import { startStandby } from '@cross-app/test-database/standby';
import type { StandbyServer } from '@cross-app/test-database/standby';
import knexFactory from 'knex';
import type { Knex } from 'knex';
import { describeToken, migrate, partitionSessions, readEpoch, startNewEpoch } from '../src/index.js';
import type { DatabaseSessions, Layout, RejectedEvent } from '../src/index.js';
import { createSessions } from './sessions.js';

/** Which of jest's projects this is: see jest.config.cjs. */
declare const LAYOUT: Layout | 'converted';

const target = { targetApp: 'hi-events' };
const expired = { code: 'token_expired' };

let primary: PostgresServer;
let standby: StandbyServer;
/** Where connections lead, as behind a virtual IP: what the app knows of the database outlives a failover. */
let address: string;
let knex: Knex;
let sessions: DatabaseSessions;
/** Which does not tell one life of the database from another. */
let careless: DatabaseSessions;
let rejected: RejectedEvent[];

beforeEach(async () => {
  primary = await startPostgres();
  address = primary.url;
  knex = knexFactory({
    client: 'pg',
    connection: () => {
      const connectionString = address;
      return { connectionString, expirationChecker: () => address !== connectionString };
    },
    pool: { min: 0, max: 5 },
    log: { warn: () => undefined, error: () => undefined },
  });
  await migrate(knex, { withUserTables: true, layout: LAYOUT === 'converted' ? 'plain' : LAYOUT });
  if (LAYOUT === 'converted') await partitionSessions(knex);
  await knex('users').insert({ id: 11, email: 'ada@example.com' });
  sessions = createSessions({ knex, appId: 'tuvens' });
  careless = createSessions({ knex, appId: 'tuvens', epoch: 'none' });
  rejected = [];
  sessions.on('rejected', (event) => {
    rejected.push(event);
  });
  // Its connections would be broken: new ones are made when they are needed.
  await knex.destroy();
  standby = await startStandby(primary);
  knex.initialize();
}, 30_000);
afterEach(async () => {
  await knex.destroy();
  await standby.stop();
  await primary.stop();
}, 30_000);

const issue = async (): Promise<string> => (await sessions.issue({ userId: 11, ...target })).token;
const issueMany = (count: number): Promise<string[]> => Promise.all(Array.from({ length: count }, issue));

async function failOver(): Promise<void> {
  await primary.crash();
  await standby.promote();
  address = standby.url;
}

/** A row by SQL of somebody's own, which knows nothing of epochs. */
async function insertAsSeedClient(): Promise<string> {
  const { rows } = await knex.raw<{ rows: { expires: string }[] }>(
    'SELECT floor(extract(epoch FROM now()) + 600)::text AS expires',
  );
  const expiresAtSeconds = Number(rows[0]?.expires);
  const token = makeToken({ randomBytes: randomBytes(32), expiresAtSeconds });
  await knex('cross_app_sessions').insert({
    token_hash: createHash('sha256').update(token).digest('hex'),
    user_id: 11,
    expires_at: new Date(expiresAtSeconds * 1000),
  });
  return token;
}

describe('after a failover to a standby that lags', () => {
  it('a token that was used on the old primary is not used again, nor by its own retry', async () => {
    const [once = '', ...several] = await issueMany(6);
    const ids = new Map([once, ...several].map((token) => [token, randomUUID()] as const));
    const redeem = (by: DatabaseSessions, token: string): Promise<unknown> =>
      by.redeem(token, { ...target, redemptionId: ids.get(token) ?? '' });
    await standby.caughtUp();
    await standby.cutOff();
    for (const token of ids.keys()) await redeem(sessions, token);
    await failOver();

    await expect(sessions.redeem(once, target)).rejects.toMatchObject(expired);
    const answers = await Promise.allSettled([...ids.keys()].map((token) => redeem(sessions, token)));
    expect(answers).toEqual(
      Array.from(ids, () => ({ status: 'rejected', reason: expect.objectContaining(expired) })),
    );
    expect(rejected).toHaveLength(7);
    expect(rejected.every(({ reason, isOfOtherEpoch }) => reason === 'token_expired' && isOfOtherEpoch)).toBe(
      true,
    );
    // What it would be without: everybody who was signed in by them is signed in again.
    for (const token of ids.keys()) {
      await expect(careless.redeem(token, target)).resolves.toMatchObject({ user: { id: '11' } });
    }
  });

  it('what the standby has is judged alike: unused, used, inspected', async () => {
    const [unused = '', used = ''] = await issueMany(2);
    const redemptionId = randomUUID();
    await sessions.redeem(used, { ...target, redemptionId });
    await standby.caughtUp();
    await failOver();

    expect(await describeToken(knex, unused)).toMatchObject({ state: 'superseded' });
    await expect(sessions.redeem(unused, target)).rejects.toMatchObject(expired);
    await expect(sessions.inspect(unused, target)).rejects.toMatchObject(expired);
    await expect(sessions.redeem(used, { ...target, redemptionId })).rejects.toMatchObject(expired);
    await expect(sessions.inspect(used, { ...target, redeemed: true })).rejects.toMatchObject(expired);
    expect(rejected.map(({ isOfOtherEpoch }) => isOfOtherEpoch)).toEqual([true, true, true, true]);
    // Who has it without its proofs is told the same as before, and a replay stays one.
    await expect(sessions.redeem(unused, { targetApp: 'other' })).rejects.toMatchObject({
      code: 'target_mismatch',
    });
    await expect(sessions.redeem(used, target)).rejects.toMatchObject({ code: 'token_used' });
    await sessions.revoke(unused);
    await expect(sessions.redeem(unused, target)).rejects.toMatchObject({ code: 'token_revoked' });
  });

  it('tokens that are issued then work, alone and together, and once', async () => {
    const before = await issueMany(2);
    await standby.caughtUp();
    await failOver();
    const tokens = [await issue(), ...(await issueMany(5))];
    const redemptionId = randomUUID();
    const [first = '', ...others] = tokens;
    for (const times of [1, 2]) {
      const { session } = await sessions.redeem(first, { ...target, redemptionId });
      expect([times, session.redemptionId]).toEqual([times, redemptionId]);
    }
    const answers = await Promise.allSettled(
      [...others, ...before].map((token) => sessions.redeem(token, target)),
    );
    expect(answers.map(({ status }) => status)).toEqual([
      ...others.map(() => 'fulfilled'),
      ...before.map(() => 'rejected'),
    ]);
    await expect(sessions.inspect(first, { ...target, redeemed: true })).resolves.toBeDefined();
    await expect(sessions.redeem(first, target)).rejects.toMatchObject({ code: 'token_used' });
  });

  it('a row without an epoch is redeemed, unless the column has been told to have one', async () => {
    const without = await insertAsSeedClient();
    const { token: ofCareless } = await careless.issue({ userId: 11, ...target });
    await knex.raw(
      `ALTER TABLE cross_app_sessions ALTER COLUMN epoch SET DEFAULT
         (pg_control_system()).system_identifier || '/' || left(pg_walfile_name(pg_current_wal_lsn()), 8)`,
    );
    const stamped = [await insertAsSeedClient(), (await careless.issue({ userId: 11, ...target })).token];
    const current = await insertAsSeedClient();
    await sessions.redeem(current, target);
    await standby.caughtUp();
    await failOver();
    for (const token of [without, ofCareless]) {
      await expect(sessions.redeem(token, target)).resolves.toMatchObject({ user: { id: '11' } });
    }
    for (const token of stamped) {
      await expect(sessions.redeem(token, target)).rejects.toMatchObject(expired);
    }
  });
});

it('a standby redeems nothing, and says that it cannot', async () => {
  const tokens = await issueMany(3);
  await standby.caughtUp();
  address = standby.url;
  for (const by of [sessions, careless, createSessions({ knex, appId: 'hi-events' })]) {
    const answers = await Promise.allSettled(tokens.map((token) => by.redeem(token, target)));
    expect(answers).toEqual(
      tokens.map(() => ({
        status: 'rejected',
        reason: expect.objectContaining({ code: 'store_unavailable' }),
      })),
    );
  }
  await standby.promote();
  await expect(careless.redeem(tokens[0] ?? '', target)).resolves.toBeDefined();
});

it('after a point-in-time restore a token that was used since is not used again', async () => {
  const token = await issue();
  await standby.caughtUp();
  await standby.cutOff();
  const { rows } = await knex.raw<{ rows: { lsn: string }[] }>(
    "SELECT pg_create_restore_point('before it is used') AS lsn",
  );
  await sessions.redeem(token, target);
  await knex.raw('SELECT pg_switch_wal()');

  // The standby becomes a base backup, whose recovery reads the log up to a moment before now.
  const settings = {
    restore_command: `cp ${join(primary.dir, 'data/pg_wal')}/%f %p`,
    recovery_target_lsn: rows[0]?.lsn ?? '',
    recovery_target_action: 'promote',
  };
  const backup = knexFactory({ client: 'pg', connection: standby.url, pool: { min: 0, max: 1 } });
  for (const [name, value] of Object.entries(settings)) {
    await backup.raw(`ALTER SYSTEM SET ${name} = '${value}'`);
  }
  await backup.destroy();
  renameSync(join(standby.dir, 'data/standby.signal'), join(standby.dir, 'data/recovery.signal'));
  await standby.restart();
  address = standby.url;
  for (;;) {
    const recovery = await knex.raw<{ rows: { isOver: boolean }[] }>(
      'SELECT NOT pg_is_in_recovery() AS "isOver"',
    );
    if (recovery.rows[0]?.isOver) break;
  }

  await expect(sessions.redeem(token, target)).rejects.toMatchObject(expired);
  await expect(sessions.redeem(await issue(), target)).resolves.toBeDefined();
  await expect(careless.redeem(token, target)).resolves.toBeDefined();
});

it('a copied directory looks as its original does, until an operator begins a new epoch in it', async () => {
  const [token = '', again = ''] = await issueMany(2);
  const { epoch } = await readEpoch(knex);
  await standby.caughtUp();
  await standby.cutOff();
  for (const each of [token, again]) await sessions.redeem(each, target);
  await primary.crash(); // with its connections, which the pool would use again
  rmSync(join(standby.dir, 'data/standby.signal'));
  await standby.restart();
  address = standby.url;

  expect(epoch).not.toBeNull();
  expect(await readEpoch(knex)).toEqual({ epoch });
  await expect(sessions.redeem(again, target)).resolves.toBeDefined();
  expect(await startNewEpoch(knex)).toEqual({ revoked: 2, dryRun: false });
  for (const by of [sessions, careless]) {
    await expect(by.redeem(token, target)).rejects.toMatchObject({ code: 'token_revoked' });
  }
  await expect(sessions.redeem(await issue(), target)).resolves.toBeDefined();
});
