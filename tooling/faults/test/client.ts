import { Agent, request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';

/** The body of the reply, or the code of the error: ECONNRESET, or ABORT_ERR when `patienceMs` were over. */
export type Outcome = string;

interface Post {
  readonly body?: string;
  readonly agent?: Agent;
  readonly patienceMs?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

export function post(
  url: string,
  { body = 'hello', agent, patienceMs = 10_000, headers }: Post = {},
): Promise<Outcome> {
  return new Promise((resolve) => {
    const fail = (error: NodeJS.ErrnoException): void => {
      resolve(error.code ?? error.message);
    };
    const signal = AbortSignal.timeout(patienceMs);
    const options = { method: 'POST', agent: agent ?? new Agent(), signal, headers: { ...headers } };
    request(url, options, (response: IncomingMessage) => {
      text(response).then(resolve, fail);
    })
      .on('error', fail)
      .end(body);
  });
}

/** What comes back over a connection of our own, and whether it was reset instead of closed. */
export function exchangeBytes(port: number, sent: string): Promise<{ received: string; isReset: boolean }> {
  return new Promise((resolve) => {
    let received = '';
    let isReset = false;
    const socket = connect(port, '127.0.0.1', () => socket.write(sent));
    socket.on('data', (chunk: Buffer) => (received += chunk.toString()));
    socket.on('error', (error: NodeJS.ErrnoException) => (isReset = error.code === 'ECONNRESET'));
    socket.on('close', () => {
      resolve({ received, isReset });
    });
  });
}
