import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** A request as it arrived. */
interface Received {
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What the issuer does with one request. */
export type Act = (response: ServerResponse) => void;

export interface FakeIssuer {
  /** Where it is mounted. */
  readonly baseUrl: string;
  readonly received: Received[];
  /** How many connections were made to it so far. */
  readonly connections: () => number;
  /** Resolves when the client has closed the connection of a reply that had not ended. */
  readonly abandoned: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** An HTTP server that does each of the acts once, and the last one again and again. */
export async function startIssuer(...acts: [Act, ...Act[]]): Promise<FakeIssuer> {
  const received: Received[] = [];
  let abandon: () => void;
  const abandoned = new Promise<void>((resolve) => (abandon = resolve));

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method, url: path, headers } = request;
    received.push({ method, path, headers, body: await text(request) });
    response.on('close', () => {
      if (!response.writableEnded) abandon();
    });
    (acts[received.length - 1] ?? acts[acts.length - 1])?.(response);
  }

  const server = createServer((request, response) => {
    serve(request, response).catch(() => response.destroy());
  });
  let connections = 0;
  server.on('connection', () => (connections += 1));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const baseUrl = `http://127.0.0.1:${port}/api/cross-app`;
  return {
    baseUrl,
    received,
    connections: () => connections,
    abandoned: () => abandoned,
    close: () => close(server),
  };
}

async function close(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}

/** Answers with JSON. */
export function json(status: number, body: unknown, headers: Record<string, string> = {}): Act {
  return raw(status, JSON.stringify(body), { 'content-type': 'application/json; charset=utf-8', ...headers });
}

/** Answers with exactly this. */
export function raw(status: number, body: string | Buffer, headers: Record<string, string>): Act {
  return (response) => response.writeHead(status, headers).end(body);
}

/** Answers as a proxy would. */
export function html(status: number): Act {
  return raw(status, '<!doctype html><title>Bad gateway</title>', { 'content-type': 'text/html' });
}

/** Refuses as the issuer does. */
export function refuse(status: number, code: string, headers: Record<string, string> = {}): Act {
  const valid = status === 404 ? { valid: false } : {};
  const error = { statusCode: status, message: 'No.', origin: { code, message: 'No.' }, ...valid };
  return json(status, error, headers);
}

/** Takes the request and closes the connection. */
export const drop: Act = (response) => response.destroy();

/** Takes the request and never answers. */
export const hang: Act = () => undefined;

/** Begins a reply of JSON, and sends another blank of it for ever. */
export const trickle: Act = (response) => {
  response.writeHead(200, { 'content-type': 'application/json' });
  const timer = setInterval(() => response.write(' '), 5);
  response.on('close', () => {
    clearInterval(timer);
  });
};

/** Begins a reply of JSON, and closes the connection in the middle of it. */
export const cutOff: Act = cutOffOf(200, '{"valid":true,');

/** Begins a reply of JSON with that status and that text, and closes the connection in the middle of it. */
export function cutOffOf(status: number, beginning: string): Act {
  return (response) => {
    response.writeHead(status, { 'content-type': 'application/json', 'content-length': '1000' });
    response.write(beginning, () => response.destroy());
  };
}
