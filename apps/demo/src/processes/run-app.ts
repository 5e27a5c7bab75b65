import { isNativeError } from 'node:util/types';
import type { App, AppContext } from '../apps.js';
import { openDatabase } from '../database.js';
import type { Log } from '../error-replies.js';
import { listenOnLocalhost } from '../localhost-server.js';
import type { LocalhostServer } from '../localhost-server.js';
import type { Answer, FromApp, ToApp } from './messages.js';

type Started = Pick<AppContext, 'settings' | 'folder' | 'knex' | 'pool'> & {
  readonly server: LocalhostServer;
};

/** The whole life of a process that `forkApp` has started. It ends when its parent lets go of it, or is gone. */
export function runApp(app: App): void {
  const running: { close(): Promise<void> }[] = [];
  let started: Started | undefined;

  const answer = async (message: ToApp): Promise<Answer> => {
    if (message.kind === 'listen') {
      started = await listen(app, message, running);
      return { kind: 'listening', url: started.server.url };
    }
    if (started === undefined) throw new TypeError('serve comes after listen');
    const { tuvensUrl, hiEventsUrl } = message;
    const made = app.create({ ...started, tuvensUrl, hiEventsUrl, log: logOf(app) });
    running.push(made);
    started.server.serve(made.handle);
    return { kind: 'serving' };
  };
  // What fails waits for the parent, which has to hear of it before this process ends.
  process.on('message', (message: ToApp) => {
    answer(message).then(say, (error: unknown) => {
      say({ kind: 'failed', message: isNativeError(error) ? error.message : String(error) });
    });
  });
  process.on('disconnect', () => {
    void closeAll(running).finally(() => process.exit());
  });
}

async function listen(
  app: App,
  { settings, databaseUrl, folder }: Extract<ToApp, { kind: 'listen' }>,
  running: { close(): Promise<void> }[],
): Promise<Started> {
  const database = await openDatabase(databaseUrl);
  running.push(database);
  const server = await listenOnLocalhost(app.choosePort(settings));
  running.push(server);
  return { settings, folder, knex: database.knex, pool: database.pool, server };
}

async function closeAll(running: { close(): Promise<void> }[]): Promise<void> {
  for (const part of running.splice(0).reverse()) await part.close();
}

function logOf({ name }: App): Log {
  return (line) => {
    // The last replies are sent when nobody listens any more.
    if (process.connected) say({ kind: 'log', line });
    else console.error(`${name}: ${line}`);
  };
}

function say(message: FromApp): void {
  // A parent that has just gone is no failure: `disconnect` follows.
  process.send?.(message, undefined, undefined, () => undefined);
}
