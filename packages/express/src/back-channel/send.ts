import { createDelivery } from './delivery.js';
import type { Delivery } from './delivery.js';
import { add, NOTHING } from './round.js';
import type { DeliveryCounts } from './round.js';
import { readRecipients } from './sender-options.js';
import type { RevocationSenderOptions } from './sender-options.js';

/** Tells target apps with a database of their own what has been revoked. */
export interface RevocationSender {
  /** Looks for revocations now and every `pollSeconds`, until `close`. It does not keep the process alive. */
  start(): void;
  /**
   * Sends what waits, now. An app that has just failed is left alone until its pause is over. Never rejects: what could not
   * be sent is counted, logged, and sent again.
   */
  deliver(): Promise<DeliveryCounts>;
  /** Begins nothing more, and resolves when what is under way has ended. */
  close(): Promise<void>;
}

/**
 * Sends each revocation to the target apps that it concerns, as OpenID Connect Back-Channel Logout 1.0: a POST of a form
 * with a signed JWT. `crossAppBackChannel` and the `backChannel` of `crossAppSignIn` take it.
 *
 * At least once, in any order: the outbox keeps a revocation until the app has answered 200 or 204, over crashes and
 * restarts, and several processes may send at once. An app that gives no answer is tried again after pauses of up to five
 * minutes. An app that answers 400 to everything is too, as its secret or clock is wrong; when it answers 400 to some and
 * takes others, those are given up.
 *
 * @throws TypeError at once for options that cannot work.
 * @example
 * const sender = createRevocationSender({
 *   outbox: sessions.outbox,
 *   issuer: 'https://tuvens.com',
 *   targets: { 'hi-events': { url: 'https://hi.events/auth/cross-app/back-channel-logout', secret } },
 * });
 * sender.start();
 * sessions.on('revoked', () => void sender.deliver());
 */
export function createRevocationSender(options: RevocationSenderOptions): RevocationSender {
  const deliveries = readRecipients(options).map(createDelivery);
  const timers = new Map<Delivery, NodeJS.Timeout>();
  let isStarted = false;
  let isClosed = false;

  async function deliver(): Promise<DeliveryCounts> {
    const counts = await Promise.all(deliveries.map((delivery) => delivery.deliver()));
    return counts.reduce(add, NOTHING);
  }

  // Each by itself: an app that is slow to answer holds up no other.
  async function poll(delivery: Delivery): Promise<void> {
    await delivery.deliver();
    if (!isClosed) timers.set(delivery, setTimeout(() => void poll(delivery), delivery.pollMs).unref());
  }

  return {
    start() {
      if (isStarted || isClosed) return;
      isStarted = true;
      for (const delivery of deliveries) void poll(delivery);
    },
    deliver,
    async close() {
      isClosed = true;
      timers.forEach((timer) => {
        clearTimeout(timer);
      });
      await Promise.all(deliveries.map((delivery) => delivery.close()));
    },
  };
}
