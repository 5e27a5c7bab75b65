import { HI_EVENTS, named, TUVENS } from './apps.js';
import type { AppUrls } from './apps.js';
import type { Database } from './database.js';
import type { Log } from './error-replies.js';
import { listenOnLocalhost } from './localhost-server.js';
import type { Settings } from './settings.js';

/** What the apps are given beside the settings. */
export interface Surroundings {
  /** The folder with `views`, `public` and `dist`. */
  readonly folder: string;
  readonly log: Log;
}

/** Both apps, up and running. */
export interface RunningApps extends AppUrls {
  /** Never resolves, and rejects when one of them has ended by itself. */
  readonly broken: Promise<never>;
  close(): Promise<void>;
}

/**
 * Starts both apps in this process.
 *
 * @throws StartError when a port is taken. Then neither is left running.
 */
export async function startAppsHere(
  settings: Settings,
  { knex, pool }: Database,
  { folder, log }: Surroundings,
): Promise<RunningApps> {
  const running: { close(): Promise<void> }[] = [];
  const close = async (): Promise<void> => {
    for (const part of running.splice(0).reverse()) await part.close();
  };
  try {
    const tuvens = await listenOnLocalhost(TUVENS.choosePort(settings));
    running.push(tuvens);
    const hiEvents = await listenOnLocalhost(HI_EVENTS.choosePort(settings));
    running.push(hiEvents);

    const urls = { tuvensUrl: tuvens.url, hiEventsUrl: settings.hiEventsOrigin ?? hiEvents.url };
    const context = { ...urls, settings, knex, pool, folder };
    for (const [app, server] of [
      [TUVENS, tuvens],
      [HI_EVENTS, hiEvents],
    ] as const) {
      const made = app.create({ ...context, log: named(app, log) });
      running.push(made);
      server.serve(made.handle);
    }
    // This process cannot outlive itself.
    return { ...urls, broken: new Promise(() => undefined), close };
  } catch (error) {
    await close();
    throw error;
  }
}
