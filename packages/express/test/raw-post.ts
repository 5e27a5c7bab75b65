import { once } from 'node:events';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import type { Express } from 'express';

/** What is sent over the socket, byte for byte. */
export interface RawPost {
  readonly path: string;
  readonly headers: readonly (readonly string[])[];
  readonly body: string | Buffer;
}

/** POSTs without an HTTP client, which would join, drop or refuse such headers, and gives the whole reply. */
export async function rawPost(app: Express, { path, headers, body }: RawPost): Promise<string> {
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    const all = [
      ['Host', 'localhost'],
      ['Connection', 'close'],
      ['Content-Length', `${Buffer.byteLength(body)}`],
      ...headers,
    ];
    socket.write(`POST ${path} HTTP/1.1\r\n${all.map((header) => header.join(': ')).join('\r\n')}\r\n\r\n`);
    socket.write(body);
    const chunks: Buffer[] = [];
    for await (const chunk of socket) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks).toString();
  } finally {
    server.close();
  }
}
