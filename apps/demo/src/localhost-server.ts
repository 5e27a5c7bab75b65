import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isNativeError } from 'node:util/types';
import { StartError } from './start-error.js';

/** A port that is ours, before and after there is an app on it. */
export interface LocalhostServer {
  /** `http://localhost:<port>`. */
  readonly url: string;
  /** Answers with the app from now on. */
  serve(app: RequestListener): void;
  close(): Promise<void>;
}

/** Which port, and the setting to change when it is taken. */
export interface PortChoice {
  /** 0 is any free one. */
  readonly port: number;
  readonly setting: string;
}

const LAST_REPLIES_MS = 1_000;

/**
 * Listens on this machine only: everybody's password is known here. `localhost` is both 127.0.0.1 and ::1, and
 * a browser takes either, so the port must be ours on both where there are both.
 *
 * @throws StartError when the port is taken.
 */
export async function listenOnLocalhost({ port, setting }: PortChoice): Promise<LocalhostServer> {
  const servers: Server[] = [];
  try {
    servers.push(await listen(port, '127.0.0.1'));
    const chosen = portOf(servers);
    servers.push(...(await listenIfPossible(chosen, '::1')));
    return {
      url: `http://localhost:${chosen}`,
      serve: (app) => {
        for (const server of servers) server.on('request', app);
      },
      close: () => closeAll(servers),
    };
  } catch (error) {
    await closeAll(servers);
    // The port that was free on one address need not be on the other.
    if (port === 0 && codeOf(error) === 'EADDRINUSE') return listenOnLocalhost({ port, setting });
    throw new StartError(explain(error, { port, setting }));
  }
}

function portOf([server]: readonly Server[]): number {
  return (server?.address() as AddressInfo).port;
}

function listen(port: number, host: string): Promise<Server> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host, exclusive: true }, () => {
      resolve(server);
    });
  });
}

// Machines and containers without IPv6 have no ::1.
async function listenIfPossible(port: number, host: string): Promise<Server[]> {
  try {
    return [await listen(port, host)];
  } catch (error) {
    if (codeOf(error) === 'EADDRINUSE') throw error;
    return [];
  }
}

async function closeAll(servers: readonly Server[]): Promise<void> {
  await Promise.all(servers.map(close));
}

// What is being answered may end; connections that browsers keep open for later are not waited for.
function close(server: Server): Promise<void> {
  const deadline = setTimeout(() => {
    server.closeAllConnections();
  }, LAST_REPLIES_MS);
  return new Promise((resolve) => {
    server.close(() => {
      clearTimeout(deadline);
      resolve();
    });
    server.closeIdleConnections();
  });
}

function explain(error: unknown, { port, setting }: PortChoice): string {
  const code = codeOf(error);
  if (code === 'EADDRINUSE') {
    return `Port ${port} is in use: stop what uses it, or set ${setting} to another one (0 takes any free one).`;
  }
  return `Port ${port} cannot be used (${code}): set ${setting} to another one (0 takes any free one).`;
}

function codeOf(error: unknown): string {
  return isNativeError(error) && 'code' in error ? String(error.code) : String(error);
}
