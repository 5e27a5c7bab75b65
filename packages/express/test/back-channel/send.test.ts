import type { RequestListener } from 'node:http';
import type { Revocation } from '@cross-app/protocol';
import { createReceiverApp, OLD_SECRET, SECRET } from './receiver-app.js';
import type { ReceiverApp } from './receiver-app.js';
import { closeAll, createSender, listen } from './sender-app.js';
import { createOutbox } from './outbox.js';
import { movableClock } from '../guard/watched-sessions.js';
import { derivedSession, revocationOf } from '../session-app.js';

// A sender and a receiver against each other, over HTTP.

afterEach(() => {
  closeAll();
  jest.restoreAllMocks();
});

const silent = () => ({ info: jest.fn(), warn: jest.fn(), error: jest.fn() });
const many = (count: number): Revocation[] =>
  Array.from({ length: count }, () => revocationOf(derivedSession()));

/** The target app, behind something that gets each request first and may answer it itself. */
function listenBehind(receiver: ReceiverApp, before: RequestListener): Promise<string> {
  return listen((req, res) => {
    before(req, res);
    if (!res.writableEnded && !req.destroyed) (receiver.app as RequestListener)(req, res);
  });
}

describe('a revocation', () => {
  it('ends the sign-in at the other app, with everything that it says', async () => {
    const added: Revocation[] = [];
    const revocations = { add: (one: Revocation) => Promise.resolve(void added.push(one)) };
    const url = await listen(createReceiverApp({ revocations }).app as RequestListener);
    const whole: Revocation = {
      ...revocationOf(derivedSession()),
      userId: '1',
      accountId: '7',
      sourceApp: 'tuvens',
      targetApp: 'hi-events',
    };
    const ofAll: Revocation = { ...revocationOf({ tokenHash: '' }), tokenHash: null, targetApp: 'hi-events' };
    const outbox = createOutbox();
    outbox.put(whole, ofAll);
    const counts = await createSender(outbox, url).deliver();
    expect(counts).toEqual({ delivered: 2, refused: 0, postponed: 0 });
    expect(added).toEqual([whole, ofAll]);
    expect(outbox.waitingFor('hi-events')).toEqual([]);
  });

  it('is not sent again once it is confirmed', async () => {
    const outbox = createOutbox();
    outbox.put(...many(1));
    const sender = createSender(outbox, await listen(createReceiverApp().app as RequestListener));
    expect([await sender.deliver(), await sender.deliver()]).toMatchObject([
      { delivered: 1 },
      { delivered: 0 },
    ]);
  });

  it('goes out with many others in one delivery', async () => {
    const outbox = createOutbox();
    outbox.put(...many(61));
    const sender = createSender(outbox, await listen(createReceiverApp().app as RequestListener));
    expect(await sender.deliver()).toEqual({ delivered: 61, refused: 0, postponed: 0 });
    expect(outbox.claims).toBe(4);
  });

  it('that comes while others are sent is found by the same call, and one more round is enough for all', async () => {
    const outbox = createOutbox();
    outbox.put(...many(1));
    const receiver = createReceiverApp();
    const late = revocationOf(derivedSession());
    const calls: Promise<unknown>[] = [];
    const url = await listenBehind(receiver, () => {
      if (calls.length > 0) return;
      outbox.put(late);
      calls.push(sender.deliver(), sender.deliver(), sender.deliver());
    });
    const sender = createSender(outbox, url);
    await sender.deliver();
    expect(await Promise.all(calls)).toMatchObject([{ delivered: 1 }, { delivered: 1 }, { delivered: 1 }]);
    expect(outbox.claims).toBe(2);
  });

  it('goes to each app that it concerns, and one that is away holds up no other', async () => {
    const outbox = createOutbox();
    outbox.put(...many(2));
    const url = await listen(createReceiverApp().app as RequestListener);
    const targets = {
      'hi-events': { url, secret: SECRET },
      away: { url: 'http://127.0.0.1:9/', secret: OLD_SECRET },
    };
    const counts = await createSender(outbox, url, { targets }).deliver();
    expect(counts).toEqual({ delivered: 2, refused: 0, postponed: 2 });
    expect([outbox.waitingFor('hi-events').length, outbox.waitingFor('away').length]).toEqual([0, 2]);
  });
});

describe('an app that', () => {
  const answers: [string, RequestListener][] = [
    ['answers 503', (_req, res) => res.writeHead(503).end()],
    ['answers 500', (_req, res) => res.writeHead(500).end('a stack')],
    ['answers 401', (_req, res) => res.writeHead(401).end()],
    ['answers 404', (_req, res) => res.writeHead(404).end()],
    ['answers 202, which is no word that it is stored', (_req, res) => res.writeHead(202).end()],
    ['redirects', (_req, res) => res.writeHead(307, { location: '/elsewhere' }).end()],
    ['drops the connection', (req) => req.socket.destroy()],
    [
      'drops it in the middle of its headers',
      (_req, res) => {
        res.socket?.write('HTTP/1.1 204 No');
        res.socket?.destroy();
      },
    ],
  ];

  it.each(answers)('%s is told again after a pause', async (_what, fail) => {
    const clock = movableClock();
    let isFailing = true;
    const receiver = createReceiverApp();
    const url = await listen((req, res) => {
      if (isFailing) fail(req, res);
      else (receiver.app as RequestListener)(req, res);
    });
    const derived = derivedSession();
    const outbox = createOutbox();
    outbox.put(revocationOf(derived));
    const logger = silent();
    const sender = createSender(outbox, url, { logger });
    expect(await sender.deliver()).toEqual({ delivered: 0, refused: 0, postponed: 1 });
    expect(outbox.waitingFor('hi-events')).toHaveLength(1);
    expect(logger.warn).toHaveBeenCalledTimes(1);
    isFailing = false;
    // Left alone meanwhile.
    expect(await sender.deliver()).toEqual({ delivered: 0, refused: 0, postponed: 0 });
    expect(outbox.claims).toBe(1);
    clock.advance(1);
    expect(await sender.deliver()).toEqual({ delivered: 1, refused: 0, postponed: 0 });
    expect(await receiver.revocations.isRevoked(derived)).toBe(true);
  });

  it('stores it and answers too late is told again, and stores it once', async () => {
    const clock = movableClock();
    jest.spyOn(AbortSignal, 'timeout').mockImplementationOnce(() => {
      const controller = new AbortController();
      setTimeout(() => {
        controller.abort(new DOMException('too late', 'TimeoutError'));
      }, 200);
      return controller.signal;
    });
    const receiver = createReceiverApp();
    const heard: unknown[] = [];
    receiver.revocations.watchRevocations((one) => heard.push(one));
    let requests = 0;
    const url = await listen((req, res) => {
      requests += 1;
      if (requests === 1) {
        const end = res.end.bind(res);
        jest.spyOn(res, 'end').mockImplementation(() => {
          setTimeout(() => end(), 1000).unref();
          return res;
        });
      }
      (receiver.app as RequestListener)(req, res);
    });
    const outbox = createOutbox();
    outbox.put(...many(1));
    const sender = createSender(outbox, url);
    expect(await sender.deliver()).toMatchObject({ postponed: 1 });
    expect(heard).toHaveLength(1);
    clock.advance(1);
    expect(await sender.deliver()).toMatchObject({ delivered: 1 });
    expect({ requests, heard: heard.length }).toEqual({ requests: 2, heard: 1 });
  });

  it('answers with an endless body is not listened to', async () => {
    const url = await listen((_req, res) => {
      res.writeHead(200);
      const timer = setInterval(() => res.write('a'.repeat(65_536)), 1);
      res.on('close', () => {
        clearInterval(timer);
      });
    });
    const outbox = createOutbox();
    outbox.put(...many(1));
    expect(await createSender(outbox, url).deliver()).toMatchObject({ delivered: 1 });
  });

  it('goes on failing is left alone for longer and longer, up to five minutes', async () => {
    const clock = movableClock();
    jest.spyOn(Math, 'random').mockReturnValue(1);
    const outbox = createOutbox();
    outbox.put(...many(1));
    const sender = createSender(outbox, await listen((_req, res) => res.writeHead(503).end()));
    const triedAt: number[] = [];
    await sender.deliver();
    for (let second = 1; second <= 1200; second++) {
      clock.advance(1);
      const before = outbox.claims;
      await sender.deliver();
      if (outbox.claims > before) triedAt.push(second);
    }
    expect(triedAt).toEqual([1, 3, 7, 15, 31, 63, 127, 255, 511, 811, 1111]);
  });
});
