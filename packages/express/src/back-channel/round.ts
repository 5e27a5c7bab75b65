import { postLogout } from './post-logout.js';
import type { Outcome } from './post-logout.js';
import type { Recipient } from './sender-options.js';

/** What became of revocations. */
export interface DeliveryCounts {
  /** The app knows them now. */
  readonly delivered: number;
  /** The app took others and will not have these, so they are not sent again. */
  readonly refused: number;
  /** Nothing says that the app has stored them. They are sent again. */
  readonly postponed: number;
}

/** What one round has done, and what stopped it, if anything did. */
export interface Round extends DeliveryCounts {
  readonly problem: number | Error | undefined;
}

const BATCH = 20;

export const NOTHING: Round = { delivered: 0, refused: 0, postponed: 0, problem: undefined };

export function add(one: DeliveryCounts, other: DeliveryCounts): DeliveryCounts {
  return {
    delivered: one.delivered + other.delivered,
    refused: one.refused + other.refused,
    postponed: one.postponed + other.postponed,
  };
}

/** Sends the app what waits for it, until nothing is left, something goes wrong, or `isStopped`. Never rejects. */
export async function sendWaiting(to: Recipient, isStopped: () => boolean): Promise<Round> {
  let round = NOTHING;
  try {
    for (let isMore = true; isMore && !isStopped();) {
      const batch = await sendBatch(to, round.delivered > 0);
      round = { ...add(round, batch), problem: batch.problem };
      isMore = batch.isFull && batch.postponed === 0;
    }
    return round;
  } catch (thrown) {
    // The outbox. What was posted and not confirmed is sent again, which does no harm.
    return {
      ...round,
      problem: thrown instanceof Error ? thrown : new TypeError('the outbox threw no error'),
    };
  }
}

interface Sent {
  readonly id: string;
  readonly outcome: Outcome;
}

async function sendBatch(
  to: Recipient,
  hasDelivered: boolean,
): Promise<Round & { readonly isFull: boolean }> {
  const batch = await to.outbox.claim(to.targetApp, BATCH);
  const sent: readonly Sent[] = await Promise.all(
    batch.map(async (revocation) => ({ id: revocation.id, outcome: await postLogout(to, revocation) })),
  );
  const delivered = sent.filter(({ outcome }) => outcome === 'delivered');
  const refused = sent.filter(({ outcome }) => outcome === 'refused');
  // An app that refuses all has another secret, another clock or another issuer in mind: once that is put right it takes
  // them. Only where it took others is it about this one.
  const isFinal = hasDelivered || delivered.length > 0;
  const done = [...delivered, ...(isFinal ? refused : [])].map(({ id }) => id);
  if (done.length > 0) await to.outbox.confirm(to.targetApp, done);
  return {
    delivered: delivered.length,
    refused: isFinal ? refused.length : 0,
    postponed: sent.length - done.length,
    problem: isFinal || refused.length === 0 ? problemIn(sent) : 400,
    isFull: batch.length === BATCH,
  };
}

function problemIn(sent: readonly Sent[]): number | Error | undefined {
  return sent.flatMap(({ outcome }) => (typeof outcome === 'string' ? [] : [outcome.later]))[0];
}
