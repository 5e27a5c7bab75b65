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

/** Work on the tables while they are in use. The database may go away meanwhile: then it ends with an error. */
function chore(name: string, work: (knex: Knex, stage: Stage) => Promise<unknown>): Fault {
  return {
    name,
    strike: (stage) =>
      withKnex(stage, async (knex) => {
        await work(knex, stage).catch(() => undefined);
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
