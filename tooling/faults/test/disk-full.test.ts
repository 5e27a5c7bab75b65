import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCrossAppSessions, migrate } from '@cross-app/core';
import { startPostgres } from '@cross-app/test-database/server';
import type { PostgresServer } from '@cross-app/test-database/server';
import type { Knex } from 'knex';
import { check } from '../src/checker/check.js';
import { minimise } from '../src/checker/minimise.js';
import { report } from '../src/checker/report.js';
import type { Outcome, Presented } from '../src/history/history.js';
import { readHistory } from '../src/history/read-history.js';
import { Recorder } from '../src/history/recorder.js';
import { lastLook } from '../src/run/last-look.js';
import { createPool } from '../src/workload/pool.js';
import { RecordedVerbs } from '../src/workload/recorded-verbs.js';

// A file system of its own, small enough to be filled. Only root may mount one, and not in every container.
const disk = mkdtempSync(join(tmpdir(), 'cross-app-small-disk-'));
const isMounted = mountSmallDisk();
const onSmallDisk = isMounted ? describe : describe.skip;

function mountSmallDisk(): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=128m,mode=1777', 'tmpfs', disk], { stdio: 'pipe' });
    return true;
  } catch {
    console.warn('No disk can be mounted here, so none is filled: that takes root.');
    return false;
  }
}

let server: PostgresServer;
let knex: Knex;

beforeAll(async () => {
  if (!isMounted) return;
  const before = process.env['TMPDIR'];
  process.env['TMPDIR'] = disk;
  server = await startPostgres({ durable: true, flags: ['min_wal_size=32MB', 'max_wal_size=32MB'] });
  if (before === undefined) delete process.env['TMPDIR'];
  else process.env['TMPDIR'] = before;
  knex = openKnex();
  await migrate(knex, { withUserTables: true });
  await knex('users').insert({ id: 1, email: 'ada@example.com' });
}, 60_000);

afterAll(async () => {
  if (isMounted) {
    await knex.destroy();
    await server.stop();
    execFileSync('umount', [disk]);
  }
  rmSync(disk, { recursive: true });
});

const openKnex = (): Knex => createPool({ databaseUrl: server.url, poolSize: 4, timeoutMs: 5_000 });

/** Every byte of it. Gives what to do to have them back. */
function fillDisk(): () => void {
  const folder = join(disk, 'filler');
  mkdirSync(folder);
  const file = openSync(join(folder, 'bytes'), 'w');
  for (const size of [2 ** 20, 2 ** 12, 1]) {
    const bytes = Buffer.alloc(size, 1);
    try {
      for (;;) writeSync(file, bytes);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    }
  }
  closeSync(file);
  return () => {
    rmSync(folder, { recursive: true });
  };
}

interface Attempt extends Presented {
  readonly redemptionId: string;
}

onSmallDisk.each([
  { way: 'in batches', batch: {} },
  { way: 'with a statement for each call', batch: false as const },
])('a disk that is full, $way', ({ way, batch }) => {
  it('signs nobody in twice, and keeps every token that was handed out', async () => {
    const history = mkdtempSync(join(tmpdir(), 'cross-app-history-'));
    const recorder = new Recorder(join(history, 'stage.jsonl'));
    await knex('cross_app_sessions').delete();
    const sessions = createCrossAppSessions({ knex, appId: 'tuvens', batch, timeoutMs: 5_000 });
    const verbs = new RecordedVerbs(sessions, recorder, way);
    const tokens: string[] = [];
    const issue = async (): Promise<Outcome> => {
      const request = { userId: '1', targetApp: 'hi-events', codeVerifier: null, ttlMs: 900_000 };
      const outcome = await verbs.issue(request);
      if (outcome.kind === 'ok' && outcome.answer.verb === 'issue') tokens.push(outcome.answer.token);
      return outcome;
    };
    for (let count = 0; count < 200; count++) await issue();
    const attempts: readonly Attempt[] = tokens.slice(0, 150).map((token) => ({
      ...{ token, targetApp: 'hi-events', codeVerifier: null, redemptionId: randomUUID() },
    }));

    const empty = fillDisk();
    let failed = 0;
    for (let count = 0; count < 20_000 && failed < 20; count++) {
      const attempt = attempts[count];
      const done = await Promise.all([issue(), ...(attempt === undefined ? [] : [verbs.redeem(attempt)])]);
      failed += done.filter(({ kind }) => kind === 'unknown').length;
    }
    // Else the disk was not full.
    expect(failed).toBeGreaterThanOrEqual(20);

    empty();
    await server.restart();
    for (const attempt of attempts) expect(await verbs.redeem(attempt)).toMatchObject({ kind: 'ok' });
    await verbs.revoke(tokens[199] ?? '');
    await lastLook({ openKnex, recorder }, readHistory(history, 0));
    recorder.close();

    const seen = readHistory(history, 0);
    expect(seen.operations.length).toBeGreaterThan(500);
    expect(check(seen).map((violation) => report(minimise(seen, violation)))).toEqual([]);
    rmSync(history, { recursive: true });
  }, 120_000);
});
