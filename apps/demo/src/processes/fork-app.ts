import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { App } from '../apps.js';
import type { Log } from '../error-replies.js';
import type { Answer, FromApp, ToApp } from './messages.js';
import { StartError } from '../start-error.js';

/** An app in a process of its own. */
export interface AppProcess {
  /**
   * Tells it something, and waits for its answer.
   *
   * @throws StartError what it says is in the way; `AppEnded` when it has ended.
   */
  tell(message: ToApp): Promise<Exclude<Answer, { readonly kind: 'failed' }>>;
  /** Never resolves, and rejects with `AppEnded` when the process has ended. */
  readonly ended: Promise<never>;
  /** Lets go of it, and waits until it has ended. */
  close(): Promise<void>;
}

/** An app's process is not there any more. The message says how it ended. */
class AppEnded extends Error {
  override readonly name = 'AppEnded';
}

const LAST_WORK_MS = 5_000;

/**
 * Starts a process for the app. What it is to know it is told by `tell`: neither its command line nor its
 * environment, which other programs of this machine can read, has more than this process' own.
 *
 * @param entry the file that calls `runApp`.
 */
export function forkApp(app: App, entry: string, log: Log): AppProcess {
  // A group of its own: Ctrl-C in the terminal reaches this process only, which stops everything in order.
  const child = fork(entry, { detached: true, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const exit = once(child, 'exit') as Promise<[code: number | null, signal: string | null]>;
  const ended = exit.then(([code, signal]) => {
    throw new AppEnded(`${app.name} has ended by itself (${signal ?? `exit code ${String(code)}`}).`);
  });
  ended.catch(() => undefined); // whoever waits for it hears of it; while it is stopped, nobody does
  child.on('message', (message: FromApp) => {
    if (message.kind === 'log') log(message.line);
  });
  return {
    ended,
    async tell(message) {
      const answer = nextAnswer(child);
      // One that has ended cannot be told anything: `ended` says so.
      child.send(message, () => undefined);
      const given = await Promise.race([answer, ended]);
      if (given.kind === 'failed') throw new StartError(given.message);
      return given;
    },
    async close() {
      if (child.connected) child.disconnect();
      const deadline = setTimeout(() => child.kill('SIGKILL'), LAST_WORK_MS);
      await exit;
      clearTimeout(deadline);
    },
  };
}

function nextAnswer(child: ChildProcess): Promise<Answer> {
  return new Promise((resolve) => {
    const listen = (message: FromApp): void => {
      if (message.kind === 'log') return;
      child.off('message', listen);
      resolve(message);
    };
    child.on('message', listen);
  });
}
