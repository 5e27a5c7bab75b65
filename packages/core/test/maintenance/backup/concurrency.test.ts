import { EventEmitter, once } from 'node:events';
import { access } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Knex } from 'knex';
import { backUpSessions, restoreSessions } from '../../../src/index.js';
import { hasTurn } from '../../../src/maintenance/batches.js';
import { writeWholeFile } from '../../../src/maintenance/backup/write-file.js';
import { untilWaiting } from '../../database.js';
import { contents, empty, fill, hashOf, insertRow, openBackupTest, rowOf, TABLES } from './fixture.js';
import type { BackupTest } from './fixture.js';

jest.setTimeout(60_000);

let test: BackupTest;
beforeAll(async () => {
  test = await openBackupTest();
});
afterAll(() => test.close());
beforeEach(() => empty(test.knex));

const target = { targetApp: 'hi-events' };
const issue = async (): Promise<string> => (await test.sessions.issue({ userId: 11, ...target })).token;

/** A transaction that is open until its work resolves, and what was done in it. */
async function hold(statement: string): Promise<{ trx: Knex.Transaction; commit(): Promise<void> }> {
  const trx = await test.knex.transaction();
  await trx.raw(statement);
  return {
    trx,
    async commit() {
      await trx.commit();
    },
  };
}

/** Issues and redeems until it is told to stop; gives how often. Any error fails the test. */
function signInAllTheTime(): { stop(): Promise<number> } {
  let isOver = false;
  let count = 0;
  const worker = async (): Promise<void> => {
    while (!isOver) {
      const token = await issue();
      await test.sessions.redeem(token, target);
      await expect(test.sessions.redeem(token, target)).rejects.toMatchObject({ code: 'token_used' });
      count += 1;
    }
  };
  const workers = Promise.all([worker(), worker(), worker()]);
  return {
    async stop() {
      isOver = true;
      await workers;
      return count;
    },
  };
}

describe('sign-ins', () => {
  it('go on without an error during a backup and during a restore', async () => {
    await fill(test.knex, 20_000);
    const traffic = signInAllTheTime();
    const file = await test.backUp();
    await test.knex.raw(
      `DELETE FROM ${TABLES.sessions} WHERE user_id = 12 AND created_at < now() - interval '1 day'`,
    );
    const report = await restoreSessions(test.knex, { file });
    const count = await traffic.stop();
    expect(count).toBeGreaterThan(0);
    expect(report.inserted).toBeGreaterThan(5_000);
    expect(
      await test
        .knex(TABLES.sessions)
        .whereNotNull('used_at')
        .whereNull('revoked_at')
        .where('created_at', '>', test.knex.raw("now() - interval '1 hour'"))
        .count(),
    ).not.toEqual([{ count: '0' }]);
  });

  it('wait for a restore with replace, and then find what is there', async () => {
    await fill(test.knex, 5_000);
    const file = await test.backUp();
    const traffic = signIn();
    const report = await restoreSessions(test.knex, { file, replace: true });
    const codes = await traffic.stop();
    expect(report.outcome).toBe('done');
    expect(codes.redeemed).toBeGreaterThan(0);
    expect([...codes.refused].filter((code) => code !== 'token_unknown')).toEqual([]);
  });

  /** As above, but a token may be gone. */
  function signIn(): { stop(): Promise<{ redeemed: number; refused: Set<unknown> }> } {
    let isOver = false;
    let redeemed = 0;
    const refused = new Set<unknown>();
    const worker = async (): Promise<void> => {
      while (!isOver) {
        const token = await issue();
        await test.sessions.redeem(token, target).then(
          () => (redeemed += 1),
          (error: unknown) => refused.add((error as { code?: unknown }).code),
        );
      }
    };
    const workers = Promise.all([worker(), worker()]);
    return {
      async stop() {
        isOver = true;
        await workers;
        return { redeemed, refused };
      },
    };
  }
});

describe.each([false, true])('a redeem under way when a restore comes, with replace: %s', (replace) => {
  it('wins: the token is used, and not revoked', async () => {
    const token = await issue();
    const file = await test.backUp();
    const redeem = await hold(
      `UPDATE ${TABLES.sessions} SET used_at = now(), redemption_id = gen_random_uuid() WHERE token_hash = '${hashOf(token)}'`,
    );
    const restoring = restoreSessions(test.knex, { file, replace });
    await untilWaiting(test.knex, 1);
    await redeem.commit();
    expect(await restoring).toMatchObject({ outcome: 'done', revoked: 0 });
    expect(await rowOf(test.knex, hashOf(token))).toMatchObject({
      used_at: expect.any(Date),
      revoked_at: null,
    });
    await expect(test.sessions.redeem(token, target)).rejects.toMatchObject({ code: 'token_used' });
  });

  it('is either before it or refused, in every race', async () => {
    const tokens = await Promise.all(Array.from({ length: 40 }, issue));
    const file = await test.backUp();
    const redeeming = tokens.map(async (token, i) => {
      await sleep(i);
      return test.sessions.redeem(token, target).then(
        () => 'redeemed',
        (error: unknown) => (error as { code?: unknown }).code,
      );
    });
    const restoring = restoreSessions(test.knex, { file, replace });
    const outcomes = await Promise.all(redeeming);
    await restoring;
    for (const [i, token] of tokens.entries()) {
      const row = await rowOf(test.knex, hashOf(token));
      expect([outcomes[i], row['used_at'] !== null, row['revoked_at'] !== null]).toEqual(
        outcomes[i] === 'redeemed' ? ['redeemed', true, false] : ['token_revoked', false, true],
      );
      await expect(test.sessions.redeem(token, target)).rejects.toMatchObject({
        code: outcomes[i] === 'redeemed' ? 'token_used' : 'token_revoked',
      });
    }
  });
});

describe('two restores at once', () => {
  it('do the work once: the second one is told that the first one is at it', async () => {
    await fill(test.knex, 1_000);
    const file = await test.backUp();
    await empty(test.knex);
    const first = await hold(`SELECT ${hasTurn('restore', '"public"."cross_app_sessions"')}`);
    expect(await restoreSessions(test.knex, { file })).toMatchObject({
      outcome: 'busy',
      inserted: 0,
      rows: 1_000,
    });
    expect(await contents(test.knex)).toEqual([]);
    await first.commit();
    const reports = await Promise.all([
      restoreSessions(test.knex, { file }),
      restoreSessions(test.knex, { file, replace: true }),
    ]);
    expect(reports.reduce((sum, { inserted }) => sum + inserted, 0)).toBe(1_500);
    expect(await contents(test.knex)).toHaveLength(1_500);
  });

  it('and two backups do not disturb each other, but for one file', async () => {
    await fill(test.knex, 1_000);
    const [one, other] = await Promise.all([test.backUp(), test.backUp()]);
    expect(one).not.toBe(other);
    const file = test.newFile();
    const results = await Promise.allSettled([0, 1, 2].map(() => backUpSessions(test.knex, { file })));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const result of results) {
      expect(result.status === 'fulfilled' || (result.reason as Error).name === 'MaintenanceRefused').toBe(
        true,
      );
    }
    expect(await restoreSessions(test.knex, { file })).toMatchObject({ rows: 1_000, archived: 500 });
  });
});

it('a backup that another one has taken the file from is refused, and does not give its name to what is not whole', async () => {
  const file = test.newFile();
  const ends = new EventEmitter();
  const write = (name: string): Promise<void> =>
    writeWholeFile(file, false, async () => {
      await once(ends, name);
    });
  const first = write('first');
  await waitForFile(`${file}.partial`);
  const second = write('second');
  await sleep(100);
  ends.emit('first');
  await expect(first).rejects.toMatchObject({
    name: 'MaintenanceRefused',
    message: expect.stringMatching(/meanwhile/),
  });
  await expect(access(file)).rejects.toMatchObject({ code: 'ENOENT' });
  ends.emit('second');
  await second;
  await access(file);
});

async function waitForFile(file: string): Promise<void> {
  const isThere = (): Promise<boolean> =>
    access(file).then(
      () => true,
      () => false,
    );
  while (!(await isThere())) await sleep(5);
}

describe('other work on the same rows', () => {
  it.each(['cleanup', 'archive', 'purge', 'partition'] as const)(
    'such as that of who has the turn for %s is waited for',
    async (job) => {
      await insertRow(test.knex);
      const file = await test.backUp();
      const other = await hold(`SELECT ${hasTurn(job, '"public"."cross_app_sessions"')}`);
      const restoring = restoreSessions(test.knex, { file });
      await untilWaiting(test.knex, 1);
      await other.commit();
      expect(await restoring).toMatchObject({ outcome: 'done', revoked: 1 });
    },
  );

  it('such as an archive run is waited for, so that no token is in both tables', async () => {
    const hash = await insertRow(test.knex, { expires_at: new Date('2026-01-31T12:00:00Z') });
    const file = await test.backUp();
    const archiving = await hold(`SELECT ${hasTurn('archive', '"public"."cross_app_sessions"')};
      WITH moved AS (DELETE FROM ${TABLES.sessions} WHERE token_hash = '${hash}' RETURNING *)
      INSERT INTO ${TABLES.archive} SELECT * FROM moved`);
    const restoring = restoreSessions(test.knex, { file });
    await untilWaiting(test.knex, 1);
    await archiving.commit();
    expect(await restoring).toMatchObject({ inserted: 0, updated: 1, revoked: 1 });
    expect(await rowOf(test.knex, hash)).toMatchObject({ place: 'archive', revoked_at: expect.any(Date) });
  });

  it('such as revokeAll never makes a deadlock', async () => {
    const file = await fill(test.knex, 3_000).then(() => test.backUp());
    for (let round = 0; round < 5; round++) {
      await test.knex(TABLES.sessions).update({ revoked_at: null, used_at: null });
      const [report] = await Promise.all([
        restoreSessions(test.knex, { file }),
        test.sessions.revokeAll({ all: true }),
        test.sessions.revokeAll({ userId: 11 }),
      ]);
      expect(report.outcome).toBe('done');
    }
  });

  it('such as deleting people does not fail a restore, and leaves nothing of them', async () => {
    const ids = Array.from({ length: 30 }, (_, i) => 1000 + i);
    for (const replace of [false, true]) {
      await test.knex('users').insert(ids.map((id) => ({ id, email: `${id}@example.com` })));
      for (const id of ids) await insertRow(test.knex, { user_id: id });
      const file = await test.backUp();
      await empty(test.knex);
      const [report] = await Promise.all([
        restoreSessions(test.knex, { file, replace }),
        ...ids.map((id) => test.knex('users').where({ id }).delete()),
      ]);
      expect(report.inserted + report.leftOut).toBe(ids.length);
      expect(await test.knex(TABLES.sessions).where('user_id', '>=', 1000)).toEqual([]);
    }
  });
});

describe('an interrupted', () => {
  it('backup leaves no file', async () => {
    await fill(test.knex, 5_000);
    const file = test.newFile();
    const stop = new AbortController();
    const report = await backUpSessions(test.knex, {
      file,
      signal: stop.signal,
      onProgress: () => {
        stop.abort();
      },
    });
    expect(report).toMatchObject({ outcome: 'interrupted', with: 'copy' });
    await expect(access(file)).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(access(`${file}.partial`)).rejects.toMatchObject({ code: 'ENOENT' });
    // And the pool is as good as before.
    expect(await backUpSessions(test.knex, { file })).toMatchObject({ outcome: 'done', rows: 5_000 });
  });

  it.each([false, true])('restore changes nothing, with replace: %s', async (replace) => {
    await fill(test.knex, 3_000);
    const file = await test.backUp();
    await test.knex(TABLES.sessions).where('user_id', 12).delete();
    const before = await contents(test.knex);
    const stop = new AbortController();
    let loaded = 0;
    const report = await restoreSessions(test.knex, {
      file,
      replace,
      signal: stop.signal,
      onProgress: ({ done }) => {
        loaded = done;
        stop.abort();
      },
    });
    expect(report).toMatchObject({ outcome: 'interrupted', inserted: 0 });
    expect(loaded).toBeLessThan(4_500);
    expect(await contents(test.knex)).toEqual(before);
    expect(await restoreSessions(test.knex, { file, replace })).toMatchObject({
      outcome: 'done',
      inserted: 1_500,
    });
  });
});

it('tells how far it is, up to the last row', async () => {
  await fill(test.knex, 3_000);
  const file = test.newFile();
  const seen: { done: number; total: number }[] = [];
  const onProgress = (progress: { done: number; total: number }): number => seen.push(progress);
  await backUpSessions(test.knex, { file, onProgress });
  expect(seen.at(-1)?.done).toBe(4_500);
  expect(seen.every(({ done, total }) => done <= total)).toBe(true);
  seen.length = 0;
  await restoreSessions(test.knex, { file, onProgress });
  expect(seen.at(-1)).toEqual({ done: 4_500, total: 4_500 });
});
