import { connect } from 'node:net';

/** A request, byte for byte. `Host`, `Connection: close` and `Content-Length` are sent unless they are named here. */
export interface RawRequest {
  /** Default POST. */
  readonly method?: string;
  readonly target: string;
  readonly headers?: readonly (readonly [name: string, value: string | Buffer])[];
  readonly body?: string | Buffer;
}

/** What came back. */
export interface Reply {
  readonly status: number;
  /** By lower-case name; the last of several. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** The public code in the body, or null when there is none: in a success, or where Node itself has answered. */
  readonly code: string | null;
  /** Everything, as it came. */
  readonly raw: string;
}

/** Sends the request over a socket of its own, as no HTTP client would, and waits until the server closes it. */
export async function exchange(port: number, request: RawRequest): Promise<Reply> {
  return readReply(await exchangeBytes(port, write(request)));
}

/** The request as it goes over the wire. */
export function write({ method = 'POST', target, headers = [], body = '' }: RawRequest): Buffer {
  const given = new Set(headers.map(([name]) => name.toLowerCase()));
  const standard: (readonly [string, string])[] = [
    ['Host', 'localhost'],
    ['Connection', 'close'],
    ...(given.has('transfer-encoding') ? [] : [['Content-Length', `${Buffer.byteLength(body)}`] as const]),
  ];
  const all = [...standard.filter(([name]) => !given.has(name.toLowerCase())), ...headers];
  const lines = all.flatMap(([name, value]) => [`${name}: `, value, '\r\n']);
  const parts = [`${method} ${target} HTTP/1.1\r\n`, ...lines, '\r\n', body];
  return Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)));
}

/** Sends the bytes, and gives all that comes back until the server closes the connection. */
export function exchangeBytes(port: number, bytes: Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    socket.on('data', (chunk) => chunks.push(chunk));
    // A server that has answered need not read the rest: then the connection is reset under the rest.
    socket.on('error', (error) => {
      if (chunks.length === 0) reject(error);
    });
    socket.on('close', () => {
      resolve(Buffer.concat(chunks).toString());
    });
  });
}

/** Reads one reply, which is everything that was sent. */
function readReply(raw: string): Reply {
  const [head = '', body = ''] = raw.split(/\r\n\r\n([^]*)/, 2);
  const [statusLine = '', ...lines] = head.split('\r\n');
  const headers = lines.map((line) => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  });
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(statusLine)?.[1]);
  return { status, headers: Object.fromEntries(headers), body, code: readCode(body), raw };
}

interface Coded {
  readonly origin?: { readonly code?: string };
  readonly code?: string;
}

function readCode(body: string): string | null {
  if (!body.startsWith('{')) return null;
  const { origin, code } = JSON.parse(body) as Coded;
  return origin?.code ?? code ?? null;
}
