import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createRevocationSender } from '../../src/index.js';
import type { RevocationSender, RevocationSenderOptions } from '../../src/index.js';
import type { TestOutbox } from './outbox.js';
import { ISSUER, PATH, SECRET } from './receiver-app.js';

const opened: Server[] = [];

/** Where the handler listens. */
export async function listen(handler: RequestListener): Promise<string> {
  const server = createServer(handler).listen(0, '127.0.0.1');
  opened.push(server);
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}${PATH}`;
}

/** A sender to one app. */
export function createSender(
  outbox: TestOutbox,
  url: string,
  options: Partial<RevocationSenderOptions> = {},
): RevocationSender {
  const targets = { 'hi-events': { url, secret: SECRET } };
  return createRevocationSender({ outbox, issuer: ISSUER, targets, pollSeconds: 1, ...options });
}

/** Closes all that listens. */
export function closeAll(): void {
  for (const server of opened.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
}
