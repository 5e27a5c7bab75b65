import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createCrossAppSessions, migrate } from '@cross-app/core';
import { startPostgres } from '@cross-app/test-database/server';
import type { PostgresServer } from '@cross-app/test-database/server';
import type { Knex } from 'knex';
import { check } from '../checker/check.js';
import type { Outcome } from '../history/history.js';
import { readHistory } from '../history/read-history.js';
import { now, Recorder } from '../history/recorder.js';
import { createPool } from '../workload/pool.js';
import { RecordedVerbs } from '../workload/recorded-verbs.js';
import { lastLook } from './last-look.js';
import type { Run } from './run-with-faults.js';
import type { SmallDisk } from './small-disk.js';

/** The name of this fault. */
export const FULL_DISK = 'a disk that is full';
/** Of a disk that holds a new server, and little more. */
export const DISK_MB = 128;

const FLAGS = ['min_wal_size=32MB', 'max_wal_size=32MB'];
const TOKENS = 400;
const REDEEMED = 350;
/** Calls that failed, by which the disk has shown to be full. */
const ENOUGH = 20;
const TIMEOUT_MS = 5_000;

/**
 * Issues and redeems on a disk that is full; then there is room again, and the same redemption ids are tried once more.
 *
 * @param disk empty, of {@link DISK_MB}.
 * @param folder for the files of the history. Must not be there yet.
 * @throws RangeError when the disk was never full.
 */
export async function runOnFullDisk(disk: SmallDisk, folder: string, seed: number): Promise<Run> {
  const server = await startOn(disk);
  try {
    mkdirSync(folder);
    await workAndFill(disk, server, folder);
    const history = readHistory(folder, seed);
    return { history, violations: check(history), faults: new Map([[FULL_DISK, 1]]) };
  } finally {
    await server.stop();
  }
}

async function startOn({ folder }: SmallDisk): Promise<PostgresServer> {
  const before = process.env['TMPDIR'];
  process.env['TMPDIR'] = folder;
  try {
    return await startPostgres({ durable: true, flags: FLAGS });
  } finally {
    if (before === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = before;
  }
}

async function workAndFill(disk: SmallDisk, server: PostgresServer, folder: string): Promise<void> {
  const recorder = new Recorder(join(folder, 'stage.jsonl'));
  const openKnex = (): Knex => createPool({ databaseUrl: server.url, poolSize: 4, timeoutMs: TIMEOUT_MS });
  const knex = openKnex();
  try {
    await migrate(knex, { withUserTables: true });
    await knex('users').insert({ id: 1, email: 'ada@example.com' });
    const work = createWork(knex, recorder);
    for (let count = 0; count < TOKENS; count++) await work.issue(count);

    const empty = disk.fill();
    await untilFull(work, async () => knex.raw('SELECT pg_switch_wal()'));
    empty();
    await server.restart();

    const from = now();
    for (let count = 0; count < REDEEMED; count++) await work.redeem(count);
    await work.revoke(TOKENS - 1);
    recorder.write({ kind: 'healthy', from, to: now() });
    await lastLook({ openKnex, recorder }, readHistory(folder, 0));
  } finally {
    recorder.close();
    await knex.destroy();
  }
}

/** By number; a redeem of the same one has the same redemption id. */
interface Work {
  readonly issue: (number: number) => Promise<Outcome>;
  readonly redeem: (number: number) => Promise<Outcome>;
  readonly revoke: (number: number) => Promise<Outcome>;
}

/** In batches, and every other one by a statement of its own. */
function createWork(knex: Knex, recorder: Recorder): Work {
  const options = { knex, appId: 'tuvens', timeoutMs: TIMEOUT_MS };
  const batched = new RecordedVerbs(createCrossAppSessions(options), recorder, 'stage/batched');
  const single = new RecordedVerbs(
    createCrossAppSessions({ ...options, batch: false }),
    recorder,
    'stage/single',
  );
  const wayOf = (number: number): RecordedVerbs => (number % 2 === 0 ? batched : single);
  const proofs = { targetApp: 'hi-events', codeVerifier: null };
  const tokens: string[] = [];
  const redemptionIds = Array.from({ length: REDEEMED }, () => randomUUID());
  return {
    async issue(number) {
      const outcome = await wayOf(number).issue({ ...proofs, userId: '1', ttlMs: 900_000 });
      if (outcome.kind === 'ok' && outcome.answer.verb === 'issue') tokens.push(outcome.answer.token);
      return outcome;
    },
    redeem: (number) =>
      wayOf(number).redeem({
        ...proofs,
        token: tokens[number] ?? '',
        redemptionId: redemptionIds[number] ?? '',
      }),
    revoke: (number) => wayOf(number).revoke(tokens[number] ?? ''),
  };
}

/**
 * First the tables have no room left, and what needs none goes on; then the log has none either, and PostgreSQL ends. Until
 * enough of both have failed.
 */
async function untilFull({ issue, redeem }: Work, useUpLog: () => Promise<unknown>): Promise<void> {
  const failed = { issues: 0, redeems: 0 };
  for (let count = 0; failed.issues < ENOUGH || failed.redeems < ENOUGH; count++) {
    if (count === REDEEMED) throw new RangeError('The disk was not full.');
    const [issued, redeemed] = await Promise.all([issue(count), redeem(count)]);
    if (issued.kind !== 'ok') failed.issues += 1;
    if (redeemed.kind !== 'ok') failed.redeems += 1;
    if (failed.issues > 0) await useUpLog().catch(() => undefined);
  }
}
