import { AsyncLocalStorage } from 'node:async_hooks';
import type { CrossAppClientOptions } from '../src/index.js';
import { drop, json, startIssuer } from './fake-issuer.js';
import type { Act, FakeIssuer } from './fake-issuer.js';
import { clientOf, generated, secret, token, validated } from './handoff.js';

let issuer: FakeIssuer;
const start = async (...acts: [Act, ...Act[]]): Promise<FakeIssuer> => (issuer = await startIssuer(...acts));
const request = { targetApp: 'hi-events' };
const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

/** The trace headers that arrive when the option gives this. */
async function arriving(carrier: object): Promise<unknown> {
  const traceHeaders = (): Record<string, string> => carrier as Record<string, string>;
  await clientOf(await start(json(200, validated)), { traceHeaders }).redeem(token, request);
  const { traceparent, tracestate } = issuer.received[0]?.headers ?? {};
  return { traceparent, tracestate };
}

afterEach(() => issuer.close());

describe('traceHeaders', () => {
  it('are sent with every try, and asked for once', async () => {
    const traceHeaders = jest.fn(() => ({ traceparent, tracestate: 'congo=t61rcWkgMzE' }));
    const client = clientOf(await start(drop, json(200, validated)), { traceHeaders });
    await client.redeem(token, request);
    expect(issuer.received.map(({ headers }) => [headers['traceparent'], headers['tracestate']])).toEqual([
      [traceparent, 'congo=t61rcWkgMzE'],
      [traceparent, 'congo=t61rcWkgMzE'],
    ]);
    expect(traceHeaders.mock.calls).toEqual([[]]);
  });

  it('are those of whoever makes the call, though accessToken leaves its context', async () => {
    const active = new AsyncLocalStorage<string>();
    const client = clientOf(await start(json(200, generated)), {
      traceHeaders: () => ({ traceparent: active.getStore() ?? '' }),
      accessToken: () => active.exit(() => Promise.resolve('x')),
    });
    await active.run(traceparent, () => client.issue({ userId: 1, ...request }));
    expect(issuer.received[0]?.headers).toMatchObject({ traceparent });
  });

  it('can be no other headers, so that they stand in for no proof', async () => {
    const carrier = {
      traceparent,
      'x-shared-secret': 'other',
      authorization: 'x',
      baggage: 'a=1',
      host: 'x',
    };
    await arriving(carrier);
    const { headers } = issuer.received[0] ?? {};
    expect(headers).toMatchObject({ 'x-shared-secret': secret, traceparent });
    expect(headers).not.toHaveProperty('authorization');
    expect(headers).not.toHaveProperty('baggage');
    expect(headers?.host).not.toBe('x');
  });

  it.each([
    ['of another length', `${traceparent}-00`],
    ['in capitals', traceparent.toUpperCase()],
    ['of the version ff', traceparent.replace(/^00/, 'ff')],
    ['without a trace', `00-${'0'.repeat(32)}-b7ad6b7169203331-01`],
    ['without a parent', `00-0af7651916cd43dd8448eb211c80319c-${'0'.repeat(16)}-01`],
    ['with a line break at its end', `${traceparent}\n`],
    ['with another header in it', `${traceparent}\r\nx-shared-secret: x`],
    ['that is a list', [traceparent]],
    ['that is not there', undefined],
  ])('are left out with a traceparent %s', async (_what, value) => {
    const nothing = { traceparent: undefined, tracestate: undefined };
    await expect(arriving({ traceparent: value, tracestate: 'a=1' })).resolves.toEqual(nothing);
  });

  it.each([
    ['a=1', 'a=1'],
    ['rojo=00f067aa0ba902b7,congo=t61rcWkgMzE', 'rojo=00f067aa0ba902b7,congo=t61rcWkgMzE'],
    ['fw529a3039@dt=FfAAAA , , 0a*/-_=x y', 'fw529a3039@dt=FfAAAA,0a*/-_=x y'],
    [Array.from({ length: 32 }, (_, index) => `k${index}=v`).join(','), expect.stringContaining('k31=v')],
    [`a=${'x'.repeat(256)}`, `a=${'x'.repeat(256)}`],
  ])('may have the tracestate %p', async (tracestate, sent) => {
    await expect(arriving({ traceparent, tracestate })).resolves.toEqual({ traceparent, tracestate: sent });
  });

  it.each([
    [''],
    [' , '],
    ['a'],
    ['a='],
    ['A=1'],
    ['a=1=2'],
    ['a=1\n'],
    ['a=1\r\nx-shared-secret: x'],
    ['a=é'],
    [`a=${'x'.repeat(257)}`],
    [Array.from({ length: 33 }, (_, index) => `k${index}=v`).join(',')],
    [Array.from({ length: 10 }, (_, index) => `k${index}=${'v'.repeat(60)}`).join(',')],
    [{ a: 1 }],
  ])('leave out the tracestate %p alone', async (tracestate) => {
    await expect(arriving({ traceparent, tracestate })).resolves.toEqual({
      traceparent,
      tracestate: undefined,
    });
  });

  it.each<[what: string, traceHeaders: unknown]>([
    [
      'throws',
      (): never => {
        throw new RangeError('no context');
      },
    ],
    ['rejects, where it should not even wait', () => Promise.reject(new RangeError('no context'))],
    ['gives nothing', () => undefined],
    ['gives null', () => null],
    ['gives text', () => traceparent],
    [
      'gives what throws when it is read',
      () =>
        Object.defineProperty({}, 'traceparent', {
          get: () => {
            throw new RangeError('x');
          },
        }),
    ],
  ])('never fail a call, even if the option %s', async (_what, traceHeaders) => {
    const option = traceHeaders as CrossAppClientOptions['traceHeaders'];
    const client = clientOf(await start(json(200, validated)), { traceHeaders: option });
    await expect(client.redeem(token, request)).resolves.toMatchObject({ user: { id: '456' } });
    expect(issuer.received[0]?.headers).not.toHaveProperty('traceparent');
  });
});
