import { redactText } from '../logging/redact.js';
import { redactedError } from '../logging/redacted-error.js';
import { tell } from '../logging/tell.js';
import { NOTHING, sendWaiting } from './round.js';
import type { DeliveryCounts, Round } from './round.js';
import type { Recipient } from './sender-options.js';

/** The deliveries to one app. */
export interface Delivery {
  /** Sends what waits, unless the app is being left alone after a failure. Never rejects. */
  deliver(): Promise<DeliveryCounts>;
  /** How long after one look for revocations the next one begins. */
  readonly pollMs: number;
  /** Resolves when nothing is under way any more. */
  close(): Promise<void>;
}

const LONGEST_PAUSE_MS = 5 * 60_000;

export function createDelivery(to: Recipient): Delivery {
  let running: Promise<DeliveryCounts> | undefined;
  let following: Promise<DeliveryCounts> | undefined;
  let failures = 0;
  let notBefore = -Infinity;
  let isClosed = false;

  async function run(): Promise<DeliveryCounts> {
    if (isClosed || performance.now() < notBefore) return NOTHING;
    const round = await sendWaiting(to, () => isClosed);
    failures = round.problem === undefined ? 0 : failures + 1;
    const pauseMs = failures === 0 ? 0 : pauseAfter(failures, to.pollMs);
    notBefore = performance.now() + pauseMs;
    logRound(to, round, pauseMs);
    const { delivered, refused, postponed } = round;
    return { delivered, refused, postponed };
  }

  function begin(): Promise<DeliveryCounts> {
    running = run().finally(() => {
      running = undefined;
    });
    return running;
  }

  return {
    pollMs: to.pollMs,
    deliver() {
      if (running === undefined) return begin();
      // What was revoked after the claim under way is found by one more round, for all who ask meanwhile.
      following ??= running.then(() => {
        following = undefined;
        return begin();
      });
      return following;
    },
    async close() {
      isClosed = true;
      await (following ?? running);
    },
  };
}

// Up to the whole of it, so that the processes of an app do not all come at once, and at least half.
function pauseAfter(failures: number, firstPauseMs: number): number {
  const whole = Math.min(LONGEST_PAUSE_MS, firstPauseMs * 2 ** (failures - 1));
  return whole * (0.5 + Math.random() / 2);
}

function logRound({ logger, targetApp }: Recipient, round: Round, pauseMs: number): void {
  const { problem, refused, postponed } = round;
  const fields = { call: 'send-revocations', targetApp };
  tell('logger of cross-app', () => {
    if (refused > 0) {
      logger?.error({ ...fields, refused }, `cross-app revocations: ${targetApp} will not have ${refused}`);
    }
    if (problem === undefined) return;
    const why = problem instanceof Error ? { err: redactedError(problem, redactText) } : { status: problem };
    const level = problem === 400 ? 'error' : 'warn';
    const next = `next try in ${Math.ceil(pauseMs / 1000)} s`;
    logger?.[level](
      { ...fields, postponed, ...why },
      `cross-app revocations: ${targetApp} was not told, ${next}`,
    );
  });
}
