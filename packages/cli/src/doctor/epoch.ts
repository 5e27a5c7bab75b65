import { readEpoch } from '@cross-app/core';
import type { MaintainedTables } from '@cross-app/core';
import type { Knex } from 'knex';
import { ask } from './ask.js';
import { ok, warn } from './check.js';
import type { Check } from './check.js';

const ELSE =
  'run cross-app new-epoch after each failover and restore, before any app is let in, and give the apps epoch: none.';

/** Whether an app can tell a token from before a failover or a restore. */
export async function checkEpoch(knex: Knex): Promise<Check[]> {
  const name = 'epoch';
  const reading = await readEpoch(knex);
  if (reading.epoch !== null) {
    const timeline = Number.parseInt(reading.epoch.split('/')[1] ?? '', 16);
    return [
      ok(
        name,
        `tokens from before a failover or a restore are told by the timeline, which is ${timeline} now`,
      ),
    ];
  }
  switch (reading.reason) {
    case 'standby':
      return [];
    case 'citus':
      return [
        warn(
          name,
          'on Citus each node has a timeline of its own: a token that was used before a failover or a restore may be redeemed once more after it',
          `Nothing tells it there: ${ELSE}`,
        ),
      ];
    case 'not-told':
      return [
        warn(
          name,
          'the server does not tell this role its timeline: a token that was used before a failover or a restore may be redeemed once more after it',
          `GRANT EXECUTE ON FUNCTION pg_control_system(), pg_current_wal_lsn(), pg_walfile_name(pg_lsn) to this role, and restart the apps. Where the server has no such functions: ${ELSE}`,
        ),
      ];
  }
}

/** Whether tokens that live now have one, where the server tells it. */
export async function checkTokenEpochs(knex: Knex, { sessions }: MaintainedTables): Promise<Check[]> {
  const name = 'token-epochs';
  if ((await readEpoch(knex)).epoch === null) return [];
  const [found] = await ask<{ tokens: string; without: string; apps: string | null }>(
    knex,
    `SELECT count(*) AS tokens, count(*) FILTER (WHERE epoch IS NULL) AS without,
            string_agg(DISTINCT source_app, ', ') FILTER (WHERE epoch IS NULL) AS apps
     FROM (
       SELECT epoch, source_app FROM ${sessions}
       WHERE expires_at > now() AND used_at IS NULL AND revoked_at IS NULL ORDER BY expires_at DESC LIMIT 1000
     ) outstanding`,
  );
  const [tokens, without] = [Number(found?.tokens), Number(found?.without)];
  if (tokens === 0) return [ok(name, 'no outstanding token to tell by')];
  if (without === 0)
    return [ok(name, `each of the outstanding tokens that were looked at (${tokens}) has an epoch`)];
  return [
    warn(
      name,
      `of ${tokens} outstanding tokens ${without} have no epoch, from ${found?.apps ?? ''}: such tokens are redeemed after a failover or a restore too, also those that were used before it`,
      'Take epoch: none out of that app, or update it. For SQL that inserts by itself give the column a default: see Operations, "Failover and restore".',
    ),
  ];
}
