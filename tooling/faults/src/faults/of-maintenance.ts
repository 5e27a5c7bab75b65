import { setTimeout as sleep } from 'node:timers/promises';
import {
  archiveSessions,
  cleanUpSessions,
  maintainPartitions,
  migrate,
  partitionSessions,
  purgeRevocations,
} from '@cross-app/core';
import type { Knex } from 'knex';
import type { Stage } from '../run/stage.js';
import type { Fault } from './fault.js';
import { withKnex } from './of-database.js';

const RETENTION_SECONDS = 60;

const MAX_TRIES = 5;
const PAUSE_MS = 500;

/** Work on the tables while they are in use, which nobody is to notice. The database may go away meanwhile. */
function chore(name: string, work: (knex: Knex, stage: Stage) => Promise<unknown>): Fault {
  const tryOnce = (stage: Stage): Promise<boolean> => {
    const done = withKnex(stage, async (knex) => {
      await work(knex, stage);
    });
    return done.then(
      () => true,
      () => false,
    );
  };
  return {
    name,
    strike: (stage) =>
      stage.unnoticed(async () => {
        for (let tries = 1; !(await tryOnce(stage)) && tries < MAX_TRIES; tries++) await sleep(PAUSE_MS);
      }),
  };
}

const REPORT_MS = 2_500;
const MAX_AHEAD = 24;

/** While somebody reads the whole table, and keeps his transaction open: a strong lock has to wait for him. */
async function besideReport(stage: Stage, work: () => Promise<unknown>): Promise<void> {
  await withKnex(stage, async (knex) => {
    const report = await knex.transaction();
    await report.raw('SELECT count(*) FROM cross_app_sessions');
    await Promise.all([work(), sleep(REPORT_MS).then(() => report.rollback())]);
  });
}

/** So that there is a partition to make every time. */
async function oneMonthMore(knex: Knex): Promise<number> {
  const { rows } = await knex.raw<{ rows: [{ partitions: number }] }>(
    "SELECT count(*)::int AS partitions FROM pg_inherits WHERE inhparent = 'cross_app_sessions'::regclass",
  );
  return Math.min(rows[0].partitions, MAX_AHEAD);
}

export const CHORES: readonly Fault[] = [
  chore('cleanup', async (knex, { recorder }) => {
    recorder.write({ kind: 'cleaned', beforeMs: Date.now() - RETENTION_SECONDS * 1_000 + 1_000 });
    await cleanUpSessions(knex, { retentionSeconds: RETENTION_SECONDS, batchSize: 100 });
  }),
  chore('archive', (knex) => archiveSessions(knex, { olderThanSeconds: RETENTION_SECONDS, batchSize: 100 })),
  chore('partition', (knex, stage) =>
    besideReport(stage, async () => {
      await partitionSessions(knex);
      await maintainPartitions(knex, { ahead: await oneMonthMore(knex) });
    }),
  ),
  chore('migrate', (knex) => migrate(knex)),
  chore('VACUUM FULL', (knex) => knex.raw('SET lock_timeout = 1000; VACUUM (FULL, ANALYZE) users')),
  chore('purge of revocations', (knex) => purgeRevocations(knex, {})),
];
