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

export const CHORES: readonly Fault[] = [
  chore('cleanup', async (knex, { recorder }) => {
    recorder.write({ kind: 'cleaned', beforeMs: Date.now() - RETENTION_SECONDS * 1_000 + 1_000 });
    await cleanUpSessions(knex, { retentionSeconds: RETENTION_SECONDS, batchSize: 100 });
  }),
  chore('archive', (knex) => archiveSessions(knex, { olderThanSeconds: RETENTION_SECONDS, batchSize: 100 })),
  chore('partition', async (knex) => {
    await partitionSessions(knex);
    await maintainPartitions(knex);
  }),
  chore('migrate', (knex) => migrate(knex)),
  chore('VACUUM FULL', (knex) => knex.raw('SET lock_timeout = 1000; VACUUM (FULL, ANALYZE) users')),
  chore('purge of revocations', (knex) => purgeRevocations(knex, {})),
];
