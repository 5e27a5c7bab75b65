import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** A request as it arrived at a server. */
export interface Received {
  readonly method: string;
  /** With the host that the browser asked for. */
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** A server for any number of names: `act` answers what the test wants. */
export interface PlayedSite {
  readonly address: string;
  readonly received: Received[];
  /** The last request. */
  readonly last: () => Received;
  close(): void;
}

export async function playSite(
  act: (received: Received, response: ServerResponse) => void,
): Promise<PlayedSite> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const url = `${request.headers.host ?? ''}${request.url ?? ''}`;
      const arrived = { method: request.method ?? '', url, headers: request.headers, body };
      received.push(arrived);
      act(arrived, response);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    last() {
      const last = received.at(-1);
      if (last === undefined) throw new TypeError('nothing was received');
      return last;
    },
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
