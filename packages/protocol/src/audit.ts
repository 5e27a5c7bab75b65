import type { IdInput } from './sessions.js';

/** What an audit tells of. `credential_rejected` is seen by HTTP alone. */
export const AUDIT_EVENTS = [
  'issued',
  'redeemed',
  'rejected',
  'replayed',
  'revoked',
  'credential_rejected',
] as const;

/** One of the events of the audit. */
export type AuditEvent = (typeof AUDIT_EVENTS)[number];

/**
 * What is to be recorded. Nothing in it needs to be checked or cut first, whoever has sent it: what does not fit is cut
 * or left out, and tokens are blotted out. A secret is not recognised as one.
 */
export interface AuditEntry {
  readonly event: AuditEvent;
  /** An error code, for what was refused. */
  readonly reason?: string | null | undefined;
  /** The app that asked, or that the handoff is for. Not what somebody calls themselves who has not proved it. */
  readonly app?: string | null | undefined;
  readonly userId?: IdInput | null | undefined;
  readonly sessionId?: IdInput | null | undefined;
  readonly ipAddress?: string | null | undefined;
  readonly userAgent?: string | null | undefined;
}

/**
 * Takes what is to be recorded, from a part that sees what the verbs do not. `createAuditLog` of `@cross-app/core`
 * makes one.
 *
 * @example
 * audit.record({ event: 'credential_rejected', reason: 'invalid_client', ipAddress: req.ip });
 */
export interface AuditRecorder {
  /** Never throws and never waits. */
  record(entry: AuditEntry): void;
}
