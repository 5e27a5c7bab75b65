import { getEventListeners } from 'node:events';
import {
  cutOff,
  cutOffOf,
  drop,
  hang,
  html,
  json,
  raw,
  refuse,
  startIssuer,
  trickle,
} from './fake-issuer.js';
import type { Act, FakeIssuer } from './fake-issuer.js';
import { clientOf, generated, rejectionOf, token, validated } from './handoff.js';

let issuer: FakeIssuer;
const start = async (...acts: [Act, ...Act[]]): Promise<FakeIssuer> => (issuer = await startIssuer(...acts));
const request = { targetApp: 'hi-events' };
const neverEnding = (): Promise<never> => new Promise(() => undefined);

afterEach(() => issuer.close());

describe('a call', () => {
  it.each<[what: string, act: Act]>([
    ['a dropped connection', drop],
    ['a reply that is cut off', cutOff],
    ['a refusal that is cut off', cutOffOf(404, '{"statusCode":404,')],
    ['a 500', refuse(500, 'store_unavailable')],
    ['a 503 of the issuer', refuse(503, 'store_unavailable', { 'retry-after': '0' })],
    ['a 502 of a proxy', html(502)],
    ['a 504 without a body', raw(504, '', {})],
    ['half of the JSON', raw(200, '{"valid":true,', { 'content-type': 'application/json' })],
    ['a page instead of JSON', html(200)],
  ])('is made again after %s', async (_what, act) => {
    const client = clientOf(await start(act, json(200, validated)));
    await expect(client.redeem(token, request)).resolves.toMatchObject({ user: { id: '456' } });
    expect(issuer.received).toHaveLength(2);
  });

  it('is made again when nothing listens, and then is store_unavailable', async () => {
    const client = clientOf(await start(drop), { retries: 1 });
    await issuer.close();
    const error = await rejectionOf(client.redeem(token, request));
    expect(error).toMatchObject({
      code: 'store_unavailable',
      status: 503,
      cause: { name: 'CrossAppRequestError', reason: 'network', attempts: 2 },
    });
    expect(error).toHaveProperty('cause.message', expect.stringContaining('ECONNREFUSED'));
    issuer = await startIssuer(drop);
  });

  it.each([
    [0, 1],
    [1, 2],
    [3, 4],
  ])('with %i retries is made %s times at most', async (retries, calls) => {
    const client = clientOf(await start(html(500)), { retries });
    const error = await rejectionOf(client.redeem(token, request));
    expect(error).toMatchObject({
      code: 'store_unavailable',
      cause: { reason: 'status', replyStatus: 500, attempts: calls },
    });
    expect(issuer.received).toHaveLength(calls);
  });

  it('is made three times by default', async () => {
    const client = clientOf(await start(drop));
    const error = await rejectionOf(client.redeem(token, request));
    expect(error).toMatchObject({ cause: { attempts: 3 } });
    expect(issuer.received).toHaveLength(3);
  });

  it('ends at the first answer that is final', async () => {
    const client = clientOf(await start(drop, refuse(404, 'invalid_token'), json(200, validated)));
    expect(await rejectionOf(client.redeem(token, request))).toMatchObject({ code: 'invalid_token' });
    expect(issuer.received).toHaveLength(2);
  });

  it.each([
    ['seconds', '3600'],
    ['a date', new Date(Date.now() + 3_600_000).toUTCString()],
  ])(
    'is not made again before Retry-After (%s), so at once not at all, and passes it on',
    async (_as, value) => {
      const client = clientOf(await start(refuse(503, 'store_unavailable', { 'retry-after': value })));
      const error = await rejectionOf(client.redeem(token, request));
      expect(error).toMatchObject({ code: 'store_unavailable', cause: { reason: 'status', attempts: 1 } });
      expect(error).toHaveProperty('headers.Retry-After', expect.stringMatching(/^3(600|5\d\d)$/));
      expect(issuer.received).toHaveLength(1);
    },
  );

  it.each<[what: string, act: Act]>([
    ['the issuer', refuse(429, 'rate_limited')],
    ['a gateway', html(429)],
  ])('is made again after a 429 of %s', async (_what, act) => {
    const client = clientOf(await start(act, json(200, validated)));
    await expect(client.redeem(token, request)).resolves.toMatchObject({ user: { id: '456' } });
    expect(issuer.received).toHaveLength(2);
    expect(issuer.received[0]?.body).toBe(issuer.received[1]?.body);
  });

  it('waits for as long as the Retry-After of a 429 says', async () => {
    const limited = refuse(429, 'rate_limited', { 'retry-after': '1' });
    const client = clientOf(await start(limited, json(200, validated)));
    const begin = performance.now();
    await client.redeem(token, request);
    // Timers of Node may fire a millisecond early.
    expect(performance.now() - begin).toBeGreaterThan(995);
    expect(issuer.received).toHaveLength(2);
  });

  it('is rate_limited when every try is', async () => {
    const client = clientOf(await start(refuse(429, 'rate_limited', { 'retry-after': '0' })));
    const error = await rejectionOf(client.redeem(token, request));
    expect(error).toMatchObject({
      code: 'rate_limited',
      status: 429,
      headers: { 'Retry-After': '0' },
      cause: { name: 'CrossAppRequestError', reason: 'status', replyStatus: 429, attempts: 3 },
    });
    expect(issuer.received).toHaveLength(3);
  });

  it('is rate_limited at once when Retry-After is later than there is time', async () => {
    const client = clientOf(await start(refuse(429, 'rate_limited', { 'retry-after': '2' })), {
      timeoutMs: 1_900,
    });
    const begin = performance.now();
    const error = await rejectionOf(client.redeem(token, request));
    expect(error).toMatchObject({
      code: 'rate_limited',
      headers: { 'Retry-After': '2' },
      cause: { attempts: 1 },
    });
    expect(performance.now() - begin).toBeLessThan(1_000);
    expect(issuer.received).toHaveLength(1);
  });

  it.each([
    ['a number', '7', '7'],
    ['a date that is over', 'Thu, 01 Jan 1970 00:00:00 GMT', '0'],
    ['nonsense', 'soon', '60'],
  ])('that is limited passes on how long to wait: %s', async (_as, said, passedOn) => {
    const limited = refuse(429, 'rate_limited', { 'retry-after': said });
    const client = clientOf(await start(limited), { retries: 0 });
    const error = await rejectionOf(client.redeem(token, request));
    expect(error).toMatchObject({ code: 'rate_limited', headers: { 'Retry-After': passedOn } });
  });

  it('is unavailable, not limited, when the try after a 429 brings no answer', async () => {
    const client = clientOf(await start(refuse(429, 'rate_limited'), drop), { retries: 1 });
    const error = await rejectionOf(client.redeem(token, request));
    expect(error).toMatchObject({ code: 'store_unavailable', cause: { reason: 'network', attempts: 2 } });
  });

  it.each([402, 408, 409, 425, 428, 431, 451])('is never made again after a %i', async (status) => {
    const client = clientOf(await start(refuse(status, 'rate_limited', { 'retry-after': '0' })));
    const error = await rejectionOf(client.redeem(token, request));
    expect(error).toMatchObject({ code: 'store_unavailable', cause: { reason: 'status', attempts: 1 } });
    expect(issuer.received).toHaveLength(1);
  });

  it.each(['soon', '-1', '', 'Thu, 01 Jan 1970 00:00:00 GMT'])(
    'is made again whatever else Retry-After says: %p',
    async (value) => {
      const unavailable = refuse(503, 'store_unavailable', { 'retry-after': value });
      const client = clientOf(await start(unavailable, json(200, validated)));
      await expect(client.redeem(token, request)).resolves.toMatchObject({ user: { id: '456' } });
    },
  );

  it.each<[what: string, act: Act]>([
    ['never answers', hang],
    ['sends its body for ever', trickle],
  ])('is given up, and tried again, when the issuer %s', async (_what, act) => {
    const client = clientOf(await start(act), { tryTimeoutMs: 60, retries: 1 });
    const error = await rejectionOf(client.redeem(token, request));
    expect(error).toMatchObject({ code: 'store_unavailable', cause: { reason: 'timeout', attempts: 2 } });
    expect(issuer.received).toHaveLength(2);
    expect(issuer.received[0]?.body).toBe(issuer.received[1]?.body);
  });

  it('can still succeed after a try that took too long', async () => {
    const client = clientOf(await start(hang, json(200, validated)), { tryTimeoutMs: 250 });
    await expect(client.redeem(token, request)).resolves.toMatchObject({ user: { id: '456' } });
    expect(issuer.received).toHaveLength(2);
  });

  it.each<[what: string, act: Act]>([
    ['never answers', hang],
    ['sends its body for ever', trickle],
  ])('ends when its own time is up, though the issuer %s', async (_what, act) => {
    const client = clientOf(await start(act), { timeoutMs: 60, tryTimeoutMs: 600_000 });
    const error = await rejectionOf(client.redeem(token, request));
    expect(error).toMatchObject({ code: 'store_unavailable', cause: { reason: 'timeout', attempts: 1 } });
  });

  it('lets go of the connection when its time is up', async () => {
    const client = clientOf(await start(hang), { timeoutMs: 60, tryTimeoutMs: 600_000 });
    await rejectionOf(client.redeem(token, request));
    await issuer.abandoned();
    expect(issuer.received).toHaveLength(1);
  });

  it('ends when its time is up in a later try', async () => {
    const client = clientOf(await start(drop, hang), { timeoutMs: 1_000, tryTimeoutMs: 600_000 });
    const error = await rejectionOf(client.redeem(token, request));
    expect(error).toMatchObject({ code: 'store_unavailable', cause: { reason: 'timeout', attempts: 2 } });
  });

  it('ends when its time is up, though fetch never settles and does not listen', async () => {
    const client = clientOf(await start(hang), { timeoutMs: 20, fetch: neverEnding });
    const error = await rejectionOf(client.redeem(token, request));
    expect(error).toMatchObject({ code: 'store_unavailable', cause: { reason: 'timeout', attempts: 1 } });
  });

  it('ends when its time is up, though accessToken never settles', async () => {
    const client = clientOf(await start(json(200, generated)), { timeoutMs: 20, accessToken: neverEnding });
    const error = await rejectionOf(client.issue({ userId: 1, targetApp: 'hi-events' }));
    expect(error).toMatchObject({ code: 'store_unavailable', cause: { reason: 'timeout', attempts: 0 } });
    expect(issuer.received).toEqual([]);
  });
});

describe('a signal', () => {
  it('that has aborted prevents the call', async () => {
    const client = clientOf(await start(json(200, validated)));
    const signal = AbortSignal.abort(new RangeError('gone'));
    expect(await rejectionOf(client.redeem(token, request, { signal }))).toBe(signal.reason);
    expect(await rejectionOf(client.issue({ userId: 1, targetApp: 'x' }, { signal }))).toBe(signal.reason);
    expect(issuer.received).toEqual([]);
  });

  it('ends a request that is under way, with whatever reason it has', async () => {
    const controller = new AbortController();
    const client = clientOf(
      await start((response) => {
        hang(response);
        controller.abort('left the page');
      }),
    );
    const { signal } = controller;
    expect(await rejectionOf(client.redeem(token, request, { signal }))).toBe('left the page');
    await issuer.abandoned();
    expect(issuer.received).toHaveLength(1);
  });

  it('ends a body that is under way', async () => {
    const controller = new AbortController();
    const client = clientOf(
      await start((response) => {
        trickle(response);
        setTimeout(() => {
          controller.abort();
        }, 30);
      }),
    );
    const { signal } = controller;
    expect(await rejectionOf(client.redeem(token, request, { signal }))).toBe(signal.reason);
    expect(signal.reason).toHaveProperty('name', 'AbortError');
  });

  it('ends the pause before the next try', async () => {
    const controller = new AbortController();
    const client = clientOf(
      await start((response) => {
        refuse(503, 'store_unavailable', { 'retry-after': '5' })(response);
        setTimeout(() => {
          controller.abort('enough');
        }, 100);
      }),
    );
    const { signal } = controller;
    expect(await rejectionOf(client.redeem(token, request, { signal }))).toBe('enough');
    expect(issuer.received).toHaveLength(1);
  });

  it('of AbortSignal.timeout rejects with its own TimeoutError', async () => {
    const client = clientOf(await start(hang));
    const error = await rejectionOf(client.redeem(token, request, { signal: AbortSignal.timeout(30) }));
    expect(error).toHaveProperty('name', 'TimeoutError');
  });

  it('that outlives many calls keeps nothing of them', async () => {
    const { signal } = new AbortController();
    const client = clientOf(await start(drop, json(200, validated)));
    await client.redeem(token, request, { signal });
    await client.redeem(token, request, { signal });
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });
});
