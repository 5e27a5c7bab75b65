import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, RequestListener, Server, ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { generate } from 'selfsigned';

/** A request as it arrived at one of the sites. */
export interface Received {
  readonly method: string;
  /** Absolute. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
}

/** What is between the browser and the sites: it lets a request pass, now or later, or answers it itself. */
export type Network = (received: Received, res: ServerResponse, pass: () => void) => void;

/**
 * Sites of their own in one server, so that `SameSite` and `Sec-Fetch-Site` are real: `https://<name>.test` with a
 * certificate that nobody vouches for, or `http://<name>.localhost:<port>`.
 */
export interface Web {
  /** What Chromium needs to find the sites and nothing else. */
  readonly chromiumArgs: readonly string[];
  /** Every request so far, in its order. */
  readonly received: Received[];
  /** Lets everything pass, until a test wants it otherwise. */
  network: Network;
  originOf(name: string): string;
  /** Puts the site there, in the place of what was there before. */
  host(name: string, site: RequestListener): void;
  close(): Promise<void>;
}

export const passAll: Network = (_received, _res, pass) => {
  pass();
};

export async function openWeb(scheme: 'https' | 'http'): Promise<Web> {
  const sites = new Map<string, RequestListener>();
  const received: Received[] = [];
  const answer: RequestListener = (req, res) => {
    const { method = '', url = '', headers } = req;
    const host = headers.host ?? '';
    const arrived = { method, url: `${scheme}://${host}${url}`, headers };
    received.push(arrived);
    web.network(arrived, res, () => {
      const site = sites.get(host.split('.', 1)[0] ?? '');
      if (site === undefined) res.writeHead(404).end();
      else site(req, res);
    });
  };
  const server = scheme === 'https' ? await createHttps(answer) : createServer(answer);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const web: Web = {
    chromiumArgs: [
      `--host-resolver-rules=MAP *.test 127.0.0.1:${port}, MAP * ~NOTFOUND, EXCLUDE *.localhost`,
      '--ignore-certificate-errors',
    ],
    received,
    network: passAll,
    originOf: (name) => (scheme === 'https' ? `https://${name}.test` : `http://${name}.localhost:${port}`),
    host: (name, site) => {
      sites.set(name, site);
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return web;
}

async function createHttps(answer: RequestListener): Promise<Server> {
  const { cert, private: key } = await generate([{ name: 'commonName', value: '*.test' }], { keyType: 'ec' });
  return createTlsServer({ cert, key }, answer);
}
