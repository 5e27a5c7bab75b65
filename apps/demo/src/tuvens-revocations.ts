// Tells Hi.Events what has been revoked, where it cannot see it in the database.
import type { DatabaseSessions } from '@cross-app/core';
import { createRevocationSender } from '@cross-app/express';
import type { RevocationSender } from '@cross-app/express';
import { crossAppLog } from './cross-app-log.js';
import type { Log } from './error-replies.js';

/** Who tells whom. */
export interface RevocationChannel {
  /** Where browsers reach Tuvens: by it Hi.Events knows us. */
  readonly tuvensUrl: string;
  /** Where people land at Hi.Events: its back channel is below. */
  readonly landingUrl: string;
  /** By which Hi.Events and Tuvens prove themselves to each other. */
  readonly hiEventsSecret: string;
  readonly log: Log;
}

/** Sends each revocation at once, and again until Hi.Events has it. */
export function sendRevocations(
  sessions: DatabaseSessions,
  { tuvensUrl, landingUrl, hiEventsSecret, log }: RevocationChannel,
): RevocationSender {
  const sender = createRevocationSender({
    outbox: sessions.outbox,
    issuer: tuvensUrl,
    targets: { 'hi-events': { url: `${landingUrl}/back-channel-logout`, secret: hiEventsSecret } },
    logger: crossAppLog(log),
  });
  sender.start();
  sessions.on('revoked', () => void sender.deliver());
  return sender;
}
