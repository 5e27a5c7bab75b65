import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startNewEpoch } from '@cross-app/core';
import { startStandby } from '@cross-app/test-database/standby';
import type { StandbyServer } from '@cross-app/test-database/standby';
import type { Knex } from 'knex';
import { now } from '../history/recorder.js';
import type { Random } from '../random.js';
import type { Stage } from '../run/stage.js';
import { createPool } from '../workload/pool.js';
import type { Fault } from './fault.js';
import { withKnex } from './of-database.js';

/** A standby takes over from a primary that was killed. What it had not heard of by then is lost. */
const asynchronousFailover: Fault = {
  name: 'asynchronous failover',
  strike: async (stage, random) => {
    const standby = await startStandby(stage.database);
    await sleep(500 + random() * 1_500);
    if (random() < 0.5) {
      await standby.cutOff();
      await sleep(random() * 300);
    }
    await takeOver(stage, standby);
  },
};

/** A server with the state of seconds ago. */
async function keepOlderState({ database }: Stage, random: Random): Promise<StandbyServer> {
  const standby = await startStandby(database);
  await sleep(500 + random() * 500);
  await standby.cutOff();
  await sleep(1_000 + random() * 2_000);
  return standby;
}

/** As after a restore from a backup, the state of seconds ago comes back. */
const restore: Fault = {
  name: 'restore of an older state',
  strike: async (stage, random) => takeOver(stage, await keepOlderState(stage, random)),
};

/**
 * A copy of the data directory is started in place of the original, seconds after it was made. PostgreSQL cannot tell it
 * from the original: whoever starts it has to begin a new epoch, before anybody is let in.
 */
const copiedDirectory: Fault = {
  name: 'a copied directory',
  strike: async (stage, random) => {
    const copy = await keepOlderState(stage, random);
    await takeOver(stage, copy, {
      isRevoking: true,
      begin: async () => {
        await copy.halt();
        rmSync(join(copy.dir, 'data', 'standby.signal'));
        await copy.restart();
        const knex = createPool({ databaseUrl: copy.url, poolSize: 1, timeoutMs: 60_000 });
        await startNewEpoch(knex).finally(() => knex.destroy());
      },
    });
  },
};

const STANDBY = 'standby';

/**
 * A synchronous standby takes over: it has all that was acknowledged. Before that, waits for it are cancelled while it
 * hears nothing: PostgreSQL then answers as if the commit were replicated, with no more than a warning.
 */
const synchronousFailover: Fault = {
  name: 'synchronous failover',
  strike: async (stage, random) => {
    const standby = await startStandby(stage.database, { flags: [`cluster_name=${STANDBY}`] });
    await withKnex(stage, async (knex) => {
      await knex.raw(`ALTER SYSTEM SET synchronous_standby_names = '${STANDBY}'`);
      await knex.raw('SELECT pg_reload_conf()');
      await sleep(500 + random() * 1_500);
      await hearsEverything(knex);
      await standby.cutOff();
      for (let time = 0; time < 10; time++) {
        await sleep(50);
        await knex.raw(`SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'`);
      }
    });
    await takeOver(stage, standby, { isLossless: true });
  },
};

/** Everything that was acknowledged before waits for the standby began has reached it. */
async function hearsEverything(knex: Knex): Promise<void> {
  const { rows } = await knex.raw<{ rows: { lsn: string }[] }>('SELECT pg_current_wal_flush_lsn() AS lsn');
  for (;;) {
    const heard = await knex.raw<{ rows: unknown[] }>(
      `SELECT FROM pg_stat_replication WHERE sync_state = 'sync' AND flush_lsn >= ?::pg_lsn`,
      [rows[0]?.lsn ?? null],
    );
    if (heard.rows.length > 0) return;
    await sleep(20);
  }
}

async function takeOver(
  stage: Stage,
  standby: StandbyServer,
  { isLossless = false, isRevoking = false, begin = () => standby.promote() } = {},
): Promise<void> {
  const old = stage.database;
  const from = now();
  await old.crash();
  await begin();
  stage.recorder.write({ kind: 'newLife', from, to: now(), isLossless, isRevoking });
  stage.moveTo(standby);
  await old.stop();
}

export const SERVER_FAULTS: readonly Fault[] = [
  asynchronousFailover,
  restore,
  copiedDirectory,
  synchronousFailover,
];
