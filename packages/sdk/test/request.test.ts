import { drop, json, raw, startIssuer } from './fake-issuer.js';
import type { Act, FakeIssuer } from './fake-issuer.js';
import { clientOf, rejectionOf, secret, token, validated } from './handoff.js';

let issuer: FakeIssuer;
const start = async (...acts: [Act, ...Act[]]): Promise<FakeIssuer> => (issuer = await startIssuer(...acts));
const request = { targetApp: 'hi-events' };

afterEach(() => issuer.close());

/** A `fetch` that answers by itself, and keeps what it was called with. */
function fakeFetch(reply: () => Response): jest.Mock<Promise<Response>, [url: string, init: RequestInit]> {
  return jest.fn<Promise<Response>, [url: string, init: RequestInit]>(() => Promise.resolve(reply()));
}

describe('a redirect', () => {
  it.each([301, 302, 303, 307, 308])(
    'of %i is not followed, and nothing is sent to where it points',
    async (status) => {
      const other = await startIssuer(json(200, validated));
      try {
        const location = `${other.baseUrl}/validate-session`;
        const client = clientOf(await start(raw(status, '', { location })));
        const error = await rejectionOf(client.redeem(token, request));
        expect(error).toMatchObject({
          code: 'store_unavailable',
          cause: { reason: 'redirect', replyStatus: status, attempts: 1 },
        });
        expect(issuer.received).toHaveLength(1);
        expect(other.received).toEqual([]);
      } finally {
        await other.close();
      }
    },
  );

  it('to the same server is not followed either', async () => {
    const client = clientOf(await start(raw(307, '', { location: '/elsewhere' }), json(200, validated)));
    const error = await rejectionOf(client.redeem(token, request));
    expect(error).toMatchObject({ cause: { reason: 'redirect' } });
    expect(issuer.received).toHaveLength(1);
  });

  it('that a browser hides is one all the same', async () => {
    const fetch = fakeFetch(() =>
      Object.defineProperty(Response.error(), 'type', { value: 'opaqueredirect' }),
    );
    const client = clientOf(await start(drop), { fetch });
    const error = await rejectionOf(client.redeem(token, request));
    expect(error).toMatchObject({ code: 'store_unavailable', cause: { reason: 'redirect', attempts: 1 } });
  });
});

describe('the fetch option', () => {
  it('sends the request in place of the global one', async () => {
    const fetch = fakeFetch(() => Response.json(validated));
    const client = clientOf(await start(drop), { fetch });
    await expect(client.redeem(token, request)).resolves.toMatchObject({ user: { id: '456' } });
    expect(issuer.received).toEqual([]);
    expect(fetch).toHaveBeenCalledTimes(1);
  });

  it('is told to follow nothing, to send no cookies and to keep no copy', async () => {
    const fetch = fakeFetch(() => Response.json(validated));
    await clientOf(await start(drop), { fetch }).redeem(token, request);
    const [url, init] = fetch.mock.lastCall ?? [];
    expect(url).toBe(`${issuer.baseUrl}/validate-session`);
    expect(init).toMatchObject({
      method: 'POST',
      redirect: 'manual',
      credentials: 'omit',
      cache: 'no-store',
      headers: { 'x-shared-secret': secret },
    });
    expect(init?.signal).toBeInstanceOf(AbortSignal);
  });

  it('is not given the fields that the platform would throw for', async () => {
    const { Request } = globalThis;
    class WorkersRequest {
      readonly url = '';
    }
    Reflect.set(globalThis, 'Request', WorkersRequest);
    try {
      const fetch = fakeFetch(() => Response.json(validated));
      await clientOf(await start(drop), { fetch }).redeem(token, request);
      expect(fetch.mock.lastCall?.[1]).not.toHaveProperty('cache');
      expect(fetch.mock.lastCall?.[1]).not.toHaveProperty('credentials');
      expect(fetch.mock.lastCall?.[1]).toHaveProperty('redirect', 'manual');
    } finally {
      Reflect.set(globalThis, 'Request', Request);
    }
  });

  it('may be one that needs no receiver, as in browsers', async () => {
    const receivers: unknown[] = [];
    function fetch(this: unknown): Promise<Response> {
      receivers.push(this);
      return Promise.resolve(Response.json(validated));
    }
    await clientOf(await start(drop), { fetch }).redeem(token, request);
    expect(receivers).toEqual([undefined]);
  });

  it('may throw where it should reject', async () => {
    const fetch = (): never => {
      throw new RangeError('x');
    };
    const error = await rejectionOf(
      clientOf(await start(drop), { fetch, retries: 1 }).redeem(token, request),
    );
    expect(error).toMatchObject({ code: 'store_unavailable', cause: { reason: 'network', attempts: 2 } });
    expect(error).toHaveProperty('cause.message', expect.stringContaining('RangeError'));
  });
});
