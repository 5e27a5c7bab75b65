import { once } from 'node:events';
import { Agent } from 'node:http';
import { connect } from 'node:net';
import type { Fault, FaultWeights } from '../src/plan.js';
import { createFaultProxy } from '../src/proxy.js';
import type { FaultProxy, FaultProxyOptions } from '../src/proxy.js';
import { seededRandom } from '../src/random.js';
import { exchangeBytes, post } from './client.js';
import { startHttpTarget } from './http-target.js';
import type { HttpTarget } from './http-target.js';

const REQUEST = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello';
const PATIENCE_MS = 300;

let target: HttpTarget;
let proxy: FaultProxy;

beforeEach(async () => {
  target = await startHttpTarget();
});

afterEach(async () => {
  await proxy.close();
  await target.close();
});

async function startProxy(faults: FaultWeights, options: Partial<FaultProxyOptions> = {}): Promise<void> {
  proxy = await createFaultProxy({ target, faults, random: seededRandom(1), ...options });
}

// Always the same place.
async function startProxyAt(fault: Fault, at: number, maxDelayMs = 0): Promise<void> {
  await startProxy({ [fault]: 1 }, { random: () => at, maxDelayMs });
}

function happened(): Partial<Record<Fault, number>> {
  return Object.fromEntries(Object.entries(proxy.counts()).filter(([, count]) => count > 0));
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

it('passes request and reply on, over one connection after the other and over one that is kept', async () => {
  await startProxy({ pass: 1 });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  for (const options of [{}, {}, { agent }, { agent }, { headers: { 'x-close': '1' } }]) {
    expect(await post(proxy.url, options)).toBe('echo hello');
  }
  agent.destroy();
  await until(() => target.open() === 0);
  expect(target.bytes()).toHaveLength(4);
  expect(happened()).toEqual({ pass: 5 });
});

it('passes on what does not fit in one packet', async () => {
  await startProxy({ pass: 1, delay: 1 }, { maxDelayMs: 20 });
  const body = Array.from({ length: 100_000 }, (_, at) => String(at)).join(' ');
  for (let exchanges = 0; exchanges < 8; exchanges += 1) {
    expect(await post(proxy.url, { body, headers: { 'x-close': '1' } })).toBe(`echo ${body}`);
  }
  expect(Object.keys(happened())).toEqual(['pass', 'delay']);
  expect((happened().pass ?? 0) + (happened().delay ?? 0)).toBe(8);
  expect(target.bodies).toEqual(Array.from({ length: 8 }, () => body));
});

it.each([
  ['the request', 0.4],
  ['the reply', 0.9],
])('delays %s by no less than planned', async (_, at) => {
  await startProxyAt('delay', at, 500);
  const startedAt = performance.now();
  const reply = post(proxy.url);
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(target.bodies).toHaveLength(at < 0.5 ? 0 : 1);
  expect(await reply).toBe('echo hello');
  expect(performance.now() - startedAt).toBeGreaterThan(390);
  expect(happened()).toEqual({ delay: 1 });
});

it('refuses, and the target hears nothing', async () => {
  await startProxy({ refuse: 1 });
  expect(await post(proxy.url)).toBe('ECONNRESET');
  expect(target.bytes()).toEqual([]);
  expect(happened()).toEqual({ refuse: 1 });
});

it.each([0.001, 0.5, 0.999])('cuts the request %d of the way through', async (at) => {
  await startProxyAt('cut-request', at);
  const { received, isReset } = await exchangeBytes(proxy.port, REQUEST);
  expect({ received, isReset }).toEqual({ received: '', isReset: true });
  await until(() => target.open() === 0);
  expect(target.bytes()).toEqual([Math.floor(at * REQUEST.length)]);
  expect(target.bodies).toEqual([]);
  expect(happened()).toEqual({ 'cut-request': 1 });
});

it.each([0.001, 0.5, 0.999])('cuts the reply %d of the way through', async (at) => {
  await startProxyAt('cut-reply', at);
  const { received, isReset } = await exchangeBytes(proxy.port, REQUEST);
  // A reset that arrives together with bytes looks to Node like an end behind them.
  expect(isReset).toBe(received === '');
  const whole = /^HTTP\/1\.1 200 OK\r\n(.+\r\n)+\r\necho hello$/s;
  expect(received).not.toMatch(whole);
  expect(received.length > 0).toBe(at > 0.01);
  expect(target.bodies).toEqual(['hello']);
  await proxy.close();
  await startProxy({ pass: 1 });
  const closing = REQUEST.replace('Host', 'Connection: close\r\nHost');
  expect((await exchangeBytes(proxy.port, closing)).received).toMatch(whole);
});

it('swallows the request of a connection that is half open, and answers nothing', async () => {
  await startProxy({ 'half-open-request': 1 });
  expect(await post(proxy.url, { patienceMs: PATIENCE_MS })).toBe('ABORT_ERR');
  expect(target.bytes()).toEqual([]);
  expect(happened()).toEqual({ 'half-open-request': 1 });
});

it.each([{}, { 'x-close': '1' }])(
  'swallows the reply, whether the target closes or not: %j',
  async (headers) => {
    await startProxy({ 'half-open-reply': 1 });
    expect(await post(proxy.url, { patienceMs: PATIENCE_MS, headers })).toBe('ABORT_ERR');
    expect(target.bodies).toEqual(['hello']);
    expect(happened()).toEqual({ 'half-open-reply': 1 });
    await until(() => target.open() === 0);
  },
);

it('drops the reply to a request that arrived whole, and closes', async () => {
  await startProxy({ 'drop-reply': 1 });
  expect(await exchangeBytes(proxy.port, REQUEST)).toEqual({ received: '', isReset: false });
  expect(await post(proxy.url)).toBe('ECONNRESET');
  expect(target.bodies).toEqual(['hello', 'hello']);
  expect(happened()).toEqual({ 'drop-reply': 2 });
});

it('plans anew for each exchange of a connection that is kept', async () => {
  const draws = [0.1, 0, 0.9, 0];
  await startProxy({ pass: 1, refuse: 1 }, { random: () => draws.shift() ?? 0 });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  expect(await post(proxy.url, { agent })).toBe('echo hello');
  expect(await post(proxy.url, { agent })).toBe('ECONNRESET');
  agent.destroy();
  expect(target.bodies).toEqual(['hello']);
});

it('does the same again for the same seed', async () => {
  const faults = { pass: 3, delay: 1, refuse: 1, 'cut-request': 1, 'cut-reply': 1, 'drop-reply': 1 };
  const run = async (seed: number): Promise<unknown[]> => {
    await startProxy(faults, { random: seededRandom(seed), maxDelayMs: 5 });
    const outcomes = [];
    for (let exchanges = 0; exchanges < 40; exchanges += 1) outcomes.push(await post(proxy.url));
    const result = [...outcomes, happened()];
    await proxy.close();
    return result;
  };
  const once = await run(5);
  expect(await run(5)).toEqual(once);
  expect(await run(6)).not.toEqual(once);
});

it('breaks the connection of a client whose target is not there', async () => {
  await startProxy({ pass: 1 }, { target: { host: '127.0.0.1', port: 1 } });
  expect(await post(proxy.url)).toBe('ECONNRESET');
  expect(happened()).toEqual({});
});

it('breaks what is under way when it is closed, and is gone', async () => {
  await startProxy({ 'half-open-reply': 1 });
  const pending = post(proxy.url);
  await until(() => happened()['half-open-reply'] === 1);
  await proxy.close();
  expect(await pending).toBe('ECONNRESET');
  await until(() => target.open() === 0);
  const [error] = (await once(connect(proxy.port, '127.0.0.1'), 'error')) as [NodeJS.ErrnoException];
  expect(error.code).toBe('ECONNREFUSED');
});

it.each([-1, 0.5, 60_001])('refuses a longest delay of %d ms', async (maxDelayMs) => {
  await startProxy({ pass: 1 });
  await expect(createFaultProxy({ target, faults: { pass: 1 }, maxDelayMs })).rejects.toThrow(TypeError);
});
