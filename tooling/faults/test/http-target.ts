import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { text } from 'node:stream/consumers';

/** A real HTTP server that answers a POST with what it was sent. */
export interface HttpTarget {
  readonly host: string;
  readonly port: number;
  /** The bodies of the requests that arrived whole. */
  readonly bodies: string[];
  /** Bytes that arrived over each connection. */
  bytes(): number[];
  /** Connections that are open now. */
  open(): number;
  close(): Promise<void>;
}

export async function startHttpTarget(): Promise<HttpTarget> {
  const bodies: string[] = [];
  const sockets: Socket[] = [];
  const answer = async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    const body = await text(req);
    bodies.push(body);
    if (req.headers['x-close'] !== undefined) res.setHeader('connection', 'close');
    res.setHeader('content-length', Buffer.byteLength(body) + 5).end(`echo ${body}`);
  };
  const server = createServer((req, res) => {
    // A request that was cut is one that never ends.
    answer(req, res).catch(() => res.destroy());
  });
  server.keepAliveTimeout = 60_000; // whoever closes, it is not the target
  server.on('connection', (socket: Socket) => sockets.push(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    host: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
    bodies,
    bytes: () => sockets.map(({ bytesRead }) => bytesRead),
    open: () => sockets.filter(({ closed }) => !closed).length,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
