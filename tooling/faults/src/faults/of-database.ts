import { setTimeout as sleep } from 'node:timers/promises';
import type { Knex } from 'knex';
import type { Random } from '../random.js';
import type { Stage } from '../run/stage.js';
import type { Fault } from './fault.js';

const OTHERS = `datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'`;

// For whoever sets limits for everybody.
const WITHOUT_LIMITS = 'SET statement_timeout = 0; SET lock_timeout = 0';

/** Several times, at whoever works at that moment. */
function atBackends(name: string, sql: string): Fault {
  return {
    name,
    strike: (stage, random) =>
      withKnex(stage, async (knex) => {
        for (let time = 0; time < 20; time++) {
          await knex.raw(sql);
          await sleep(random() * 100);
        }
      }),
  };
}

/** As the whole database's default, for connections that are made then. `meanwhile` is what happens under them. */
function settings(name: string, values: Readonly<Record<string, string>>, meanwhile: Fault['strike']): Fault {
  const each = (work: (setting: string, value: string) => string): string =>
    Object.entries(values)
      .map(([setting, value]) => work(setting, value))
      .join('; ');
  return {
    name,
    strike: async (stage, random) => {
      const set = (sql: string): Promise<void> =>
        withKnex(stage, async (knex) => {
          await knex.raw(`${WITHOUT_LIMITS}; ${sql}`);
          await knex.raw(
            `${WITHOUT_LIMITS}; SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE ${OTHERS}`,
          );
        });
      await set(each((setting, value) => `ALTER DATABASE postgres SET ${setting} = '${value}'`));
      await meanwhile(stage, random);
      await set(each((setting) => `ALTER DATABASE postgres RESET ${setting}`));
    },
  };
}

const aWhile = (random: Random): Promise<void> => sleep(1_500 + random() * 1_500);
const RECONNECT_MS = 500;

async function crash({ database }: Stage): Promise<void> {
  await database.crash();
  await database.restart();
}

export const DATABASE_FAULTS: readonly Fault[] = [
  {
    name: 'SIGKILL of PostgreSQL',
    strike: crash,
  },
  atBackends(
    'pg_terminate_backend',
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE ${OTHERS} ORDER BY random() LIMIT 1`,
  ),
  atBackends(
    'pg_cancel_backend',
    `SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE ${OTHERS} AND state = 'active'`,
  ),
  settings('statement and lock time-outs', { statement_timeout: '20ms', lock_timeout: '5ms' }, (_, random) =>
    aWhile(random),
  ),
  settings(
    'another isolation level',
    { default_transaction_isolation: 'serializable' },
    async (stage, random) => {
      await sleep(RECONNECT_MS);
      await stage.unnoticed(() => aWhile(random));
    },
  ),
  // What was acknowledged and not yet flushed would be gone after the crash.
  settings('asynchronous commit by default', { synchronous_commit: 'off' }, async (stage, random) => {
    await aWhile(random);
    await crash(stage);
  }),
  {
    name: 'rows locked by others',
    strike: (stage, random) =>
      withKnex(stage, async (knex) => {
        const trx = await knex.transaction();
        await trx.raw(
          'SELECT 1 FROM cross_app_sessions ORDER BY created_at DESC LIMIT 50 FOR UPDATE SKIP LOCKED',
        );
        await sleep(300 + random() * 2_000);
        await trx.rollback();
      }),
  },
];

export async function withKnex(stage: Stage, work: (knex: Knex) => Promise<void>): Promise<void> {
  const knex = stage.openKnex();
  try {
    await work(knex);
  } finally {
    await knex.destroy();
  }
}
