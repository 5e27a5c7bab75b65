import type { Database } from './database.js';
import type { Log } from './error-replies.js';
import { createHiEvents } from './hi-events.js';
import type { PortChoice } from './localhost-server.js';
import type { RunnableApp } from './runnable-app.js';
import type { Settings } from './settings.js';
import { createTuvens } from './tuvens.js';

/** Where browsers reach the two. */
export interface AppUrls {
  readonly tuvensUrl: string;
  readonly hiEventsUrl: string;
}

/** What an app is made from. */
export interface AppContext extends AppUrls, Pick<Database, 'knex' | 'pool'> {
  readonly settings: Settings;
  /** The folder with `views` and `public`. */
  readonly folder: string;
  readonly log: Log;
}

/** One of the two apps, for whoever starts it. */
export interface App {
  readonly name: 'Tuvens' | 'Hi.Events';
  choosePort(settings: Settings): PortChoice;
  create(context: AppContext): RunnableApp;
}

export const TUVENS: App = {
  name: 'Tuvens',
  choosePort: ({ tuvensPort }) => ({ port: tuvensPort, setting: 'TUVENS_PORT' }),
  create: ({ settings: { sharedSecret, redeem, rateLimits, ttlSeconds }, hiEventsUrl, ...context }) =>
    createTuvens({
      ...context,
      hiEventsOrigin: hiEventsUrl,
      hiEventsSecret: sharedSecret,
      redeem,
      rateLimits,
      ttlSeconds,
    }),
};

export const HI_EVENTS: App = {
  name: 'Hi.Events',
  choosePort: ({ hiEventsPort }) => ({ port: hiEventsPort, setting: 'HI_EVENTS_PORT' }),
  create: ({ settings: { redeem, tuvensApiUrl, client, sharedSecret }, tuvensUrl, ...context }) =>
    createHiEvents({
      ...context,
      redeem,
      tuvensUrl,
      tuvensApiUrl: tuvensApiUrl ?? tuvensUrl,
      client,
      secret: sharedSecret,
    }),
};

/** Says which app a line is of. */
export function named({ name }: App, log: Log): Log {
  return (line) => {
    log(`${name}: ${line}`);
  };
}
