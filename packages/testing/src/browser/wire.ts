import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { buffer } from 'node:stream/consumers';

/** A request as it is put on the wire. */
export interface WireRequest {
  readonly method: string;
  readonly url: URL;
  /** The origin that is connected to, whatever the URL says. */
  readonly address: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

/** What came back. */
export interface WireReply {
  readonly status: number;
  /** By lower-case name; repeated ones joined with a comma. */
  readonly headers: Readonly<Record<string, string>>;
  readonly setCookies: readonly string[];
  readonly body: string;
}

/**
 * Sends exactly these headers. `fetch` would not: it keeps `Host`, `Origin`, `Cookie` and `Sec-Fetch-*` for itself.
 *
 * @throws what node:http throws when the server cannot be reached.
 */
export async function send({ method, url, address, headers, body }: WireRequest): Promise<WireReply> {
  const target = new URL(address);
  const request = target.protocol === 'https:' ? requestHttps : requestHttp;
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        method,
        host: target.hostname.replace(/^\[|\]$/g, ''),
        port: target.port,
        path: `${url.pathname}${url.search}`,
        headers: { host: url.host, ...headers },
        agent: false,
      },
      (reply) => {
        const { statusCode = 0, headersDistinct } = reply;
        const found: Record<string, string> = {};
        for (const [name, values = []] of Object.entries(headersDistinct)) found[name] = values.join(', ');
        const answer = {
          status: statusCode,
          headers: found,
          setCookies: headersDistinct['set-cookie'] ?? [],
        };
        buffer(reply).then((bytes) => {
          resolve({ ...answer, body: bytes.toString('utf8') });
        }, reject);
      },
    );
    sent.on('error', reject);
    sent.end(body ?? undefined);
  });
}
