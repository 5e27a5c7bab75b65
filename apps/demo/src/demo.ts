import { createCrossAppSessions, User } from '@cross-app/core';
import { handoffUrl } from '@cross-app/sdk';
import { openDatabase } from './database.js';
import type { Database } from './database.js';
import type { Log } from './error-replies.js';
import { createHiEvents } from './hi-events.js';
import { listenOnLocalhost } from './localhost-server.js';
import { findAccounts, ORGANIZER } from './people.js';
import type { Settings } from './settings.js';
import { createTuvens } from './tuvens.js';

/** Both apps, up and running. */
export interface Demo {
  readonly tuvensUrl: string;
  readonly hiEventsUrl: string;
  /** Where the database is, if it is the embedded one, which ends with the demo; else null. */
  readonly embeddedUrl: string | null;
  /** A link to Hi.Events that signs the demo's organizer in, once, after one click. */
  makeReadyLink(): Promise<string>;
  /** Stops the apps, then the database if it is ours. */
  stop(): Promise<void>;
}

/** What the apps are given beside the settings. */
export interface Surroundings {
  /** The folder with `views` and `public`. */
  readonly folder: string;
  readonly log: Log;
}

/**
 * Starts the database, if there is none, and both apps.
 *
 * @throws StartError when something is in the way. Then nothing is left running.
 */
export async function startDemo(settings: Settings, { folder, log }: Surroundings): Promise<Demo> {
  const running: { close(): Promise<void> }[] = [];
  const stop = async (): Promise<void> => {
    for (const part of running.splice(0).reverse()) await part.close();
  };
  try {
    const database = await openDatabase(settings.databaseUrl);
    running.push(database);
    const tuvens = await listenOnLocalhost({ port: settings.tuvensPort, setting: 'TUVENS_PORT' });
    running.push(tuvens);
    const hiEvents = await listenOnLocalhost({ port: settings.hiEventsPort, setting: 'HI_EVENTS_PORT' });
    running.push(hiEvents);

    const hiEventsUrl = settings.hiEventsOrigin ?? hiEvents.url;
    const surroundings = { knex: database.knex, pool: database.pool, folder };
    tuvens.serve(
      createTuvens({
        ...surroundings,
        hiEventsOrigin: hiEventsUrl,
        hiEventsSecret: settings.sharedSecret,
        ttlSeconds: settings.ttlSeconds,
        log: named('Tuvens', log),
      }),
    );
    hiEvents.serve(
      createHiEvents({
        ...surroundings,
        redeem: settings.redeem,
        tuvensUrl: tuvens.url,
        secret: settings.sharedSecret,
        log: named('Hi.Events', log),
      }),
    );
    return {
      tuvensUrl: tuvens.url,
      hiEventsUrl,
      embeddedUrl: database.embeddedUrl,
      makeReadyLink: () => makeReadyLink(database, hiEventsUrl, settings.ttlSeconds),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function named(app: string, log: Log): Log {
  return (line) => {
    log(`${app}: ${line}`);
  };
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
