import { createCrossAppSessions, User } from '@cross-app/core';
import { handoffUrl } from '@cross-app/sdk';
import { openDatabase } from './database.js';
import type { Database } from './database.js';
import { findAccounts, ORGANIZER } from './people.js';
import { startProcesses } from './processes/start-processes.js';
import { startAppsHere } from './running-apps.js';
import type { RunningApps, Surroundings } from './running-apps.js';
import type { Settings } from './settings.js';

/** Both apps, up and running. */
export interface Demo extends Omit<RunningApps, 'close'> {
  /** Where the database is, if it is the embedded one, which ends with the demo; else null. */
  readonly embeddedUrl: string | null;
  /** A link to Hi.Events that signs the demo's organizer in, once, after one click. */
  makeReadyLink(): Promise<string>;
  /** Stops the apps, then the database if it is ours. */
  stop(): Promise<void>;
}

/**
 * Starts the database, if there is none, and both apps: in this process when they share the database, each in a
 * process of its own when Hi.Events redeems over HTTP.
 *
 * @throws StartError when something is in the way. Then nothing is left running.
 */
export async function startDemo(settings: Settings, surroundings: Surroundings): Promise<Demo> {
  const database = await openDatabase(settings.databaseUrl);
  try {
    const apps = await startApps(settings, database, surroundings);
    const { tuvensUrl, hiEventsUrl, broken } = apps;
    return {
      tuvensUrl,
      hiEventsUrl,
      broken,
      embeddedUrl: database.embeddedUrl,
      makeReadyLink: () => makeReadyLink(database, hiEventsUrl, settings.ttlSeconds),
      stop: async () => {
        await apps.close();
        await database.close();
      },
    };
  } catch (error) {
    await database.close();
    throw error;
  }
}

function startApps(settings: Settings, database: Database, surroundings: Surroundings): Promise<RunningApps> {
  const url = database.embeddedUrl ?? settings.databaseUrl;
  return settings.redeem === 'http' && url !== undefined
    ? startProcesses(settings, url, surroundings)
    : startAppsHere(settings, database, surroundings);
}

async function makeReadyLink({ knex }: Database, hiEventsUrl: string, ttlSeconds: number): Promise<string> {
  const user = await User.query(knex).findOne({ email: ORGANIZER.email }).throwIfNotFound();
  const [account] = await findAccounts(knex, user);
  const { token } = await createCrossAppSessions({ knex, appId: 'tuvens', ttlSeconds }).issue({
    userId: user.id,
    accountId: account?.id,
    targetApp: 'hi-events',
  });
  return handoffUrl(`${hiEventsUrl}/auth/cross-app`, { token, source: 'tuvens' });
}
