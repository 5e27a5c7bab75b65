import type { AuditEntry } from '@cross-app/protocol';
import type { CrossAppEvents, Listener, RejectedEvent } from '../events.js';
import type { DatabaseSessions } from '../sessions.js';

type Translations = {
  readonly [Name in keyof CrossAppEvents]: (event: CrossAppEvents[Name]) => AuditEntry[];
};

const TRANSLATIONS: Translations = {
  issued: ({ session: { id, targetApp, userId } }) => [
    { event: 'issued', app: targetApp, userId, sessionId: id },
  ],
  // A retry too: where the first reply was lost, or the process died with it, this is the only event there is. The
  // INSERT sees to it that a session has one such entry.
  redeemed: ({ session: { id, targetApp, userId } }) => [
    { event: 'redeemed', app: targetApp, userId, sessionId: id },
  ],
  // A redeem of a used token comes again as `replayed`.
  rejected: (event) =>
    event.verb === 'redeem' && event.reason === 'token_used' ? [] : [toEntry('rejected', event)],
  // What came of it is an entry of its own, `revoked`.
  replayed: ({ client, ...event }) => {
    const entry = toEntry('replayed', event);
    return [client === 'different' ? { ...entry, reason: `${entry.reason ?? ''}, different client` } : entry];
  },
  revoked: ({ sessionIds }) => sessionIds.map((sessionId) => ({ event: 'revoked', sessionId })),
};

function toEntry(event: 'rejected' | 'replayed', attempt: Omit<RejectedEvent, 'type'>): AuditEntry {
  const { targetApp, sessionId, ipAddress, userAgent } = attempt;
  const reason = attempt.isOfOtherEpoch ? `${attempt.reason}, other epoch` : attempt.reason;
  return { event, reason, app: targetApp, sessionId, ipAddress, userAgent };
}

/** Hands what happens to these sessions on, once, until the function that it returns is called. */
export function translateEvents(
  sessions: Pick<DatabaseSessions, 'on' | 'off'>,
  record: (entries: readonly AuditEntry[]) => void,
): () => void {
  const listen = <Name extends keyof CrossAppEvents>(
    name: Name,
    translate: Translations[Name],
  ): (() => void) => {
    const listener: Listener<Name> = (event) => {
      record(translate(event));
    };
    sessions.on(name, listener);
    return () => {
      sessions.off(name, listener);
    };
  };
  const stops = [
    listen('issued', TRANSLATIONS.issued),
    listen('redeemed', TRANSLATIONS.redeemed),
    listen('rejected', TRANSLATIONS.rejected),
    listen('replayed', TRANSLATIONS.replayed),
    listen('revoked', TRANSLATIONS.revoked),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}
