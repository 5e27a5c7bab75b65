import { randomUUID } from 'node:crypto';
import { AUDIT_EVENTS } from '@cross-app/protocol';
import type { AuditEntry, AuditEvent } from '@cross-app/protocol';
import { readIpAddress, toLine } from '../arguments.js';

/** An entry as its columns are called. */
export interface AuditRow {
  /** Made here, so that a row that is sent twice is there once. */
  readonly entry_id: string;
  readonly event: AuditEvent;
  readonly reason: string | null;
  readonly app: string | null;
  readonly user_id: string | null;
  readonly session_id: string | null;
  readonly ip_address: string | null;
  readonly user_agent: string | null;
}

const MAX_LENGTH = { reason: 100, app: 50, user_id: 255, user_agent: 512 } as const;
const MAX_BIGINT = 9_223_372_036_854_775_807n;

/**
 * Fits whatever came over the wire to the columns. Texts are cut to one line without control characters, tokens in
 * them are blotted out, and what is no id of a session and no address becomes null.
 *
 * @returns undefined for what is no event, or not even an object.
 */
export function toAuditRow(entry: AuditEntry): AuditRow | undefined {
  try {
    return fit(entry);
  } catch {
    return undefined;
  }
}

function fit(entry: AuditEntry): AuditRow | undefined {
  const { event, reason, app, userId, sessionId, ipAddress, userAgent } = entry;
  if (!AUDIT_EVENTS.includes(event)) return undefined;
  return {
    entry_id: randomUUID(),
    event,
    reason: toCell(reason, MAX_LENGTH.reason),
    app: toCell(app, MAX_LENGTH.app),
    user_id: toCell(userId, MAX_LENGTH.user_id),
    session_id: toSessionId(sessionId),
    ip_address: readIpAddress(ipAddress ?? undefined),
    user_agent: toCell(userAgent, MAX_LENGTH.user_agent),
  };
}

function toCell(value: unknown, maxLength: number): string | null {
  const text = toText(value);
  return text === '' ? null : toLine(text, maxLength);
}

function toSessionId(value: unknown): string | null {
  const text = toText(value);
  return /^\d{1,19}$/.test(text) && BigInt(text) <= MAX_BIGINT ? text : null;
}

function toText(value: unknown): string {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'bigint' ? String(value) : '';
}
