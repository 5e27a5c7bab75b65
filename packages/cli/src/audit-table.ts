import type { RecordedEntry } from '@cross-app/core';
import { formatTable } from './table.js';

const HEAD = ['at', 'event', 'reason', 'app', 'user', 'session', 'ip address', 'user agent'];

/** Entries of the audit for people, a line each. */
export function formatEntries(entries: readonly RecordedEntry[], columns: number | null): string {
  if (entries.length === 0) return 'no entries\n';
  const rows = entries.map(({ at, event, reason, app, userId, sessionId, ipAddress, userAgent }) =>
    [at.toISOString(), event, reason, app, userId, sessionId, ipAddress, beginOf(userAgent)].map(toCell),
  );
  return formatTable({ head: HEAD, rows, textColumns: HEAD.length }, columns);
}

/** Up to 40 characters of it. */
function beginOf(userAgent: string | null): string | null {
  return userAgent === null ? null : userAgent.replace(/^(.{39}).{2,}$/su, '$1…');
}

// Much of it is what strangers sent: nothing that moves a cursor or turns the direction of writing gets through.
function toCell(text: string | null): string | null {
  return text === null ? null : text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, ' ');
}
