import { join } from 'node:path';
import { HI_EVENTS, named, TUVENS } from '../apps.js';
import type { RunningApps, Surroundings } from '../running-apps.js';
import type { Settings } from '../settings.js';
import { forkApp } from './fork-app.js';
import type { AppProcess } from './fork-app.js';

/**
 * Starts each app in a process of its own, where the demo has been built.
 *
 * @param databaseUrl where the database is, with its tables in it.
 * @throws StartError when a port is taken, AppEnded when an app does not start. Then neither is left running.
 */
export async function startProcesses(
  settings: Settings,
  databaseUrl: string,
  { folder, log }: Surroundings,
): Promise<RunningApps> {
  const entry = (file: string): string => join(folder, 'dist', 'processes', file);
  const tuvens = forkApp(TUVENS, entry('tuvens.js'), named(TUVENS, log));
  const hiEvents = forkApp(HI_EVENTS, entry('hi-events.js'), named(HI_EVENTS, log));
  const close = async (): Promise<void> => {
    await Promise.all([tuvens.close(), hiEvents.close()]);
  };
  try {
    const listen = { kind: 'listen', settings, databaseUrl, folder } as const;
    const [tuvensUrl, hiEventsUrl] = await Promise.all([urlOf(tuvens, listen), urlOf(hiEvents, listen)]);
    const urls = { tuvensUrl, hiEventsUrl: settings.hiEventsOrigin ?? hiEventsUrl };
    await Promise.all([tuvens, hiEvents].map((app) => app.tell({ kind: 'serve', ...urls })));
    const broken = Promise.race([tuvens.ended, hiEvents.ended]);
    broken.catch(() => undefined);
    return { ...urls, broken, close };
  } catch (error) {
    await close();
    throw error;
  }
}

// Only who listens knows its port: any free one may be asked for.
async function urlOf(app: AppProcess, listen: Parameters<AppProcess['tell']>[0]): Promise<string> {
  const answer = await app.tell(listen);
  if (answer.kind !== 'listening') throw new TypeError(`unexpected answer: ${answer.kind}`);
  return answer.url;
}
