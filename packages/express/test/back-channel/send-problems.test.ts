import type { RequestListener } from 'node:http';
import type { Revocation } from '@cross-app/protocol';
import { createRevocationSender } from '../../src/index.js';
import type { RevocationSenderOptions } from '../../src/index.js';
import { movableClock } from '../guard/watched-sessions.js';
import { derivedSession, revocationOf } from '../session-app.js';
import { createOutbox } from './outbox.js';
import { createReceiverApp, ISSUER, OLD_SECRET, SECRET } from './receiver-app.js';
import { closeAll, createSender, listen } from './sender-app.js';

afterEach(() => {
  closeAll();
  jest.restoreAllMocks();
});

const silent = () => ({ info: jest.fn(), warn: jest.fn(), error: jest.fn() });
const many = (count: number): Revocation[] =>
  Array.from({ length: count }, () => revocationOf(derivedSession()));

describe('an app that refuses', () => {
  it('everything is told again once its secret is right', async () => {
    const clock = movableClock();
    const derived = derivedSession();
    const outbox = createOutbox();
    outbox.put(revocationOf(derived));
    const receiver = createReceiverApp();
    const url = await listen(receiver.app as RequestListener);
    const logger = silent();
    const targets = { 'hi-events': { url, secret: OLD_SECRET } };
    const mistaken = createSender(outbox, url, { logger, targets });
    expect(await mistaken.deliver()).toEqual({ delivered: 0, refused: 0, postponed: 1 });
    clock.advance(1);
    expect(await mistaken.deliver()).toEqual({ delivered: 0, refused: 0, postponed: 1 });
    expect(logger.error.mock.calls[0]).toEqual([
      { call: 'send-revocations', targetApp: 'hi-events', postponed: 1, status: 400 },
      expect.stringMatching(/^cross-app revocations: hi-events was not told, next try in 1 s$/),
    ]);
    expect(await createSender(outbox, url).deliver()).toMatchObject({ delivered: 1 });
    expect(await receiver.revocations.isRevoked(derived)).toBe(true);
  });

  it('one and takes others is not told that one again', async () => {
    const outbox = createOutbox();
    // A user's id that is longer than the receiver takes.
    outbox.put({ ...revocationOf(derivedSession()), userId: 'a'.repeat(300) }, ...many(3));
    const logger = silent();
    const sender = createSender(outbox, await listen(createReceiverApp().app as RequestListener), { logger });
    expect(await sender.deliver()).toEqual({ delivered: 3, refused: 1, postponed: 0 });
    expect(outbox.waitingFor('hi-events')).toEqual([]);
    expect(logger.error.mock.calls).toEqual([
      [
        { call: 'send-revocations', targetApp: 'hi-events', refused: 1 },
        'cross-app revocations: hi-events will not have 1',
      ],
    ]);
  });

  it('nothing while its secret is changed, with the old and the new one', async () => {
    const outbox = createOutbox();
    const receiver = createReceiverApp({ secrets: [OLD_SECRET, SECRET] });
    const url = await listen(receiver.app as RequestListener);
    for (const secret of [OLD_SECRET, SECRET]) {
      outbox.put(...many(1));
      const sender = createSender(outbox, url, { targets: { 'hi-events': { url, secret } } });
      expect(await sender.deliver()).toMatchObject({ delivered: 1 });
    }
  });
});

describe('a sender that', () => {
  it('finds an app away does not go on to what else waits for it', async () => {
    const outbox = createOutbox();
    outbox.put(...many(50));
    const sender = createSender(outbox, 'http://127.0.0.1:9/');
    expect(await sender.deliver()).toEqual({ delivered: 0, refused: 0, postponed: 20 });
    expect(outbox.claims).toBe(1);
  });

  it('dies between the reply and the confirmation is followed by one that repeats it, to no effect', async () => {
    const outbox = createOutbox();
    const derived = derivedSession();
    outbox.put(revocationOf(derived));
    const receiver = createReceiverApp();
    const heard: unknown[] = [];
    receiver.revocations.watchRevocations((one) => heard.push(one));
    const url = await listen(receiver.app as RequestListener);
    outbox.failure = { confirm: new Error('the process is gone') };
    await createSender(outbox, url).deliver();
    expect(outbox.waitingFor('hi-events')).toHaveLength(1);
    outbox.failure = {};
    expect(await createSender(outbox, url).deliver()).toMatchObject({ delivered: 1 });
    expect(heard).toHaveLength(1);
    expect(await receiver.revocations.isRevoked(derived)).toBe(true);
  });

  it.each(['claim', 'confirm'] as const)('has no outbox for a while goes on later: %s', async (verb) => {
    const clock = movableClock();
    const outbox = createOutbox();
    outbox.put(...many(1));
    const logger = silent();
    const sender = createSender(outbox, await listen(createReceiverApp().app as RequestListener), { logger });
    outbox.failure = { [verb]: new Error('connect postgres://app:secret@db: refused') };
    expect(await sender.deliver()).toEqual({ delivered: 0, refused: 0, postponed: 0 });
    const [[fields]] = logger.warn.mock.calls as [[{ err: Error }]];
    expect(fields.err.message).toBe('connect postgres://app:[redacted]@db: refused');
    outbox.failure = {};
    clock.advance(1);
    expect(await sender.deliver()).toMatchObject({ delivered: 1 });
  });

  it('has a logger that throws goes on', async () => {
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const fail = (): never => {
      throw new RangeError('a defect of the host');
    };
    const outbox = createOutbox();
    outbox.put(...many(1));
    const logger = { info: fail, warn: fail, error: fail };
    const sender = createSender(outbox, 'http://127.0.0.1:9/', { logger });
    expect(await sender.deliver()).toMatchObject({ postponed: 1 });
    expect(warn).toHaveBeenCalledTimes(1);
  });

  it('is started finds revocations by itself, until it is closed', async () => {
    const outbox = createOutbox();
    const arrived: (() => void)[] = [];
    const receiver = createReceiverApp({ onRevoked: () => arrived.shift()?.() });
    const next = (): Promise<void> => new Promise((resolve) => arrived.push(resolve));
    const sender = createSender(outbox, await listen(receiver.app as RequestListener));
    for (const revocation of many(2)) {
      const delivered = next();
      outbox.put(revocation);
      sender.start();
      await delivered;
    }
    await sender.close();
    const { claims } = outbox;
    outbox.put(...many(1));
    sender.start();
    expect(await sender.deliver()).toEqual({ delivered: 0, refused: 0, postponed: 0 });
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(outbox.claims).toBe(claims);
  });

  it('is started goes on with an app while another gives no answer', async () => {
    const outbox = createOutbox();
    const arrived: (() => void)[] = [];
    const receiver = createReceiverApp({ onRevoked: () => arrived.shift()?.() });
    const url = await listen(receiver.app as RequestListener);
    let asked = 0;
    const silentUrl = await listen(() => {
      asked += 1;
    });
    const targets = { 'hi-events': { url, secret: SECRET }, slow: { url: silentUrl, secret: OLD_SECRET } };
    const sender = createSender(outbox, url, { targets });
    for (const revocation of many(3)) {
      const delivered = new Promise<void>((resolve) => arrived.push(resolve));
      outbox.put(revocation);
      sender.start();
      await delivered;
    }
    expect(asked).toBe(1);
    closeAll();
    await sender.close();
  });

  it('is closed lets what is under way end, and begins nothing more', async () => {
    const outbox = createOutbox();
    outbox.put(...many(30));
    const receiver = createReceiverApp();
    const url = await listen((req, res) => {
      setTimeout(() => {
        (receiver.app as RequestListener)(req, res);
      }, 100);
    });
    const sender = createSender(outbox, url);
    const delivery = sender.deliver();
    await sender.close();
    expect(await delivery).toEqual({ delivered: 20, refused: 0, postponed: 0 });
    expect(outbox.waitingFor('hi-events')).toHaveLength(10);
  });

  it('posts a form with a token that says nothing to whoever has no secret, and no other credential', async () => {
    const seen: { url: string; init: RequestInit }[] = [];
    const outbox = createOutbox();
    outbox.put(...many(1));
    const post = (url: string, init: RequestInit): Promise<Response> => {
      seen.push({ url, init });
      return Promise.resolve(new Response(null, { status: 204 }));
    };
    await createSender(outbox, 'https://hi.events/back', { fetch: post }).deliver();
    const [{ url, init } = { url: '', init: {} }] = seen;
    expect(url).toBe('https://hi.events/back');
    expect(init).toMatchObject({
      method: 'POST',
      redirect: 'error',
      headers: { accept: 'application/json' },
    });
    const [, claims = ''] = (init.body as URLSearchParams).toString().split('.');
    expect(JSON.parse(Buffer.from(claims, 'base64url').toString())).toEqual({
      iss: ISSUER,
      aud: 'hi-events',
      iat: expect.any(Number),
      exp: expect.any(Number),
      jti: expect.any(String),
      sid: expect.stringMatching(/^[0-9a-f]{64}$/),
      events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
      cross_app: { account_id: null, source_app: null, issued_before: expect.any(String) },
    });
    expect(JSON.stringify(init)).not.toContain(SECRET);
  });
});

describe('options that cannot work', () => {
  const target = { url: 'https://hi.events/back', secret: SECRET };
  const good = { outbox: createOutbox(), issuer: ISSUER, targets: { 'hi-events': target } };
  const withTarget = (changes: object): object => ({
    ...good,
    targets: { 'hi-events': { ...target, ...changes } },
  });
  it.each<[string, object, RegExp]>([
    ['no outbox', { ...good, outbox: {} }, /outbox must have claim and confirm/],
    ['no issuer', { ...good, issuer: 'tuvens' }, /issuer must be this app's own origin/],
    ['no target', { ...good, targets: {} }, /at least one app/],
    ['a target without an id', { ...good, targets: { '': target } }, /must have an id/],
    ['plain http', withTarget({ url: 'http://hi.events/back' }), /url must be an https URL/],
    [
      'a password in the URL',
      withTarget({ url: `https://a:${SECRET}@hi.events/` }),
      /url must be an https URL/,
    ],
    ['a short secret', withTarget({ secret: 'short' }), /secret must be at least 32/],
    ['an unknown option of a target', withTarget({ secrets: [SECRET] }), /has no option "secrets"/],
    [
      'one secret for two',
      { ...good, targets: { a: target, b: target } },
      /two targets have the same secret/,
    ],
    ['no interval', { ...good, pollSeconds: 0 }, /pollSeconds must be a whole number from 1 to 3600/],
    ['no fetch', { ...good, fetch: 1 }, /fetch must be a function/],
    ['no logger', { ...good, logger: {} }, /logger must have info/],
    ['an unknown option', { ...good, poll: 1 }, /has no option "poll"/],
  ])('%s is refused at once, without the secret', (_what, options, message) => {
    const make = (): unknown => createRevocationSender(options as RevocationSenderOptions);
    expect(make).toThrow(message);
    expect(make).not.toThrow(SECRET);
  });
});
