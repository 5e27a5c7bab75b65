import { findTables, MaintenanceRefused } from '@cross-app/core';
import type { MaintainedTables } from '@cross-app/core';
import type { Knex } from 'knex';
import type { DatabaseUrl } from '../database-url.js';
import { withDatabase } from '../database.js';
import { given } from '../given.js';
import { attempt, fail, ok, warn, worst } from './check.js';
import type { Check } from './check.js';
import { judgeClock } from './clock.js';
import type { ClockReading } from './clock.js';
import type { Configuration } from './configuration.js';
import { connect, readUrl } from './connection.js';
import type { Connections } from './connection.js';
import { checkEpoch, checkTokenEpochs } from './epoch.js';
import { checkMigrations } from './migrations.js';
import { checkPooler } from './pooler.js';
import { checkPrivileges } from './privileges.js';
import { readServerFacts } from './server-facts.js';
import { checkServer } from './server.js';
import { checkStandbys } from './standbys.js';
import { checkTables } from './tables.js';
import { checkAppId, checkTrustProxy } from './traffic.js';

// The oldest that the test run covers.
const OLDEST_MAJOR = 15;
const CLOCK_SAMPLES = 5;

/** Everything that can be learnt from the database; one finding where there is none. */
export async function checkDatabase(configuration: Configuration): Promise<Check[]> {
  const url = readUrl(configuration);
  if ('status' in url) return [url];
  const connections = await connect(url);
  if ('status' in connections) return [connections];
  try {
    return [
      ...(await attempt('database-clock', () => checkClock(connections))),
      ...(await attempt('pooler', () => checkPooler(connections))),
      ...(await attempt('database', () =>
        withDatabase(url, {}, (knex) => checkInside(knex, { url, configuration })),
      )),
    ];
  } finally {
    await connections.end();
  }
}

interface Surroundings {
  readonly url: DatabaseUrl;
  readonly configuration: Configuration;
}

async function checkInside(knex: Knex, { url, configuration }: Surroundings): Promise<Check[]> {
  const migrations = await attempt('migrations', () => checkMigrations(knex));
  const isMigrated = worst(migrations) === 'ok';
  return [
    ...(await attempt('server', async () => {
      const facts = await readServerFacts(knex);
      return [checkVersion(facts.version, url), ...checkServer(facts), ...checkStandbys(facts)];
    })),
    ...(await attempt('epoch', () => checkEpoch(knex))),
    ...migrations,
    ...(await attempt('tables', async () => {
      const tables = await findOurTables(knex, configuration);
      if (!('status' in tables)) return checkOurTables(knex, { tables, configuration });
      return isMigrated ? tables : []; // what is in the way has been said
    })),
  ];
}

function checkVersion(version: string, { server }: DatabaseUrl): Check {
  const found = `PostgreSQL ${version} answers at ${server}`;
  return Number.parseInt(version, 10) < OLDEST_MAJOR
    ? warn('database', found, `Update it: ${OLDEST_MAJOR} is the oldest that is tested.`)
    : ok('database', found);
}

async function findOurTables(
  knex: Knex,
  { sessionsTable }: Configuration,
): Promise<MaintainedTables | Check> {
  try {
    return await findTables(knex, given({ sessionsTable }));
  } catch (error) {
    if (!(error instanceof MaintenanceRefused)) throw error;
    return fail('tables', 'the tables that are meant were not found', error.message);
  }
}

async function checkOurTables(
  knex: Knex,
  { tables, configuration }: { tables: MaintainedTables; configuration: Configuration },
): Promise<Check[]> {
  const { appId } = configuration;
  return [
    ...(await attempt('tables', () => checkTables(knex, tables))),
    ...(await attempt('privileges', () => checkPrivileges(knex, tables))),
    ...(await attempt('token-epochs', () => checkTokenEpochs(knex, tables))),
    ...(await attempt('trust-proxy', () => checkTrustProxy(knex, tables))),
    ...(appId === undefined ? [] : await attempt('app-id', () => checkAppId(knex, tables, appId))),
  ];
}

/** The reading that took the least time is the most exact one. */
async function checkClock({ first }: Connections): Promise<Check> {
  let best: ClockReading | undefined;
  for (let sample = 0; sample < CLOCK_SAMPLES; sample++) {
    const askedMs = Date.now();
    const { rows } = await first.query<{ now: string }>(
      'SELECT extract(epoch FROM clock_timestamp()) * 1000 AS now',
    );
    const answeredMs = Date.now();
    const theirsMs = Number(rows[0]?.now);
    if (best !== undefined && answeredMs - askedMs >= best.answeredMs - best.askedMs) continue;
    best = { whose: 'the database', theirsMs, askedMs, answeredMs, resolutionMs: 0 };
  }
  if (best === undefined) throw new TypeError('there is at least one sample');
  return judgeClock('database-clock', best);
}
