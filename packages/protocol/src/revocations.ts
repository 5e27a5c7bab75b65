/**
 * What the target app keeps, in its own session, of the handoff that a sign-in was made from: enough to find out
 * whether it has been revoked, and no use to a thief. It is JSON.
 */
export interface DerivedSession {
  /** Lower-case hex SHA-256 of the token. */
  readonly tokenHash: string;
  readonly userId: string;
  readonly accountId: string | null;
  /** Null where the wire does not carry it. */
  readonly sourceApp: string | null;
  readonly targetApp: string;
  /** When the token was issued, ISO 8601 in UTC; where the wire does not carry that, when it was redeemed. */
  readonly issuedAt: string;
}

/** One revocation: it ends every derived session that matches all that is not null. */
export interface Revocation {
  /** A UUID. The same one again is the same revocation. */
  readonly id: string;
  /** One handoff. */
  readonly tokenHash: string | null;
  readonly userId: string | null;
  readonly accountId: string | null;
  readonly sourceApp: string | null;
  readonly targetApp: string | null;
  /** Those issued at this instant or before. */
  readonly issuedBefore: Date;
}

/** Who knows which derived sessions have ended: `createCrossAppSessions` of `@cross-app/core`, or a list of one's own. */
export interface DerivedSessions {
  /**
   * Whether what it was made from has been revoked.
   *
   * Codes: `store_unavailable` when that cannot be known.
   */
  isRevoked(derived: DerivedSession): Promise<boolean>;

  /**
   * Calls the listener soon after each revocation, from whichever process; null stands for "there may be some that
   * were missed". Whoever listens is faster, and must not rely on it: a notification can be lost.
   */
  watchRevocations?(listener: (revocation: Revocation | null) => void): RevocationWatch;
}

/** A watch that has begun. */
export interface RevocationWatch {
  /** Ends it, and resolves when its connection is closed. The listener is not called any more. */
  close(): Promise<void>;
}

/** What is still to be told to target apps, for whoever sends it to them. */
export interface RevocationOutbox {
  /**
   * The oldest that this app has not confirmed, of the last seven days, that may end a session of its own. Two callers
   * may get the same: each revocation is to be delivered at least once.
   *
   * Codes: `invalid_argument`, `store_unavailable`.
   *
   * @param limit how many at most, 1 to 1,000.
   */
  claim(targetApp: string, limit: number): Promise<readonly Revocation[]>;
  /** Notes that the app has them, so that they are not claimed for it again. An unknown id is no error. */
  confirm(targetApp: string, ids: readonly string[]): Promise<void>;
}

/** Where a target app keeps what it is told: `createRevocationList` of `@cross-app/core`, or a list of one's own. */
export interface RevocationSink {
  /** Resolves once it is durable, also for one that is there already. */
  add(revocation: Revocation): Promise<void>;
}

const PARTS = ['tokenHash', 'targetApp', 'userId', 'accountId', 'sourceApp'] as const;

/** Whether the revocation ends the derived session. What the session does not know counts as a match. */
export function endsDerivedSession(revocation: Revocation, derived: DerivedSession): boolean {
  const known = { ...derived, sourceApp: derived.sourceApp ?? revocation.sourceApp };
  const isMet = (part: (typeof PARTS)[number]): boolean =>
    revocation[part] === null || revocation[part] === known[part];
  if (!PARTS.every(isMet)) return false;
  // A time that cannot be read is one that the session does not know.
  return !(Date.parse(derived.issuedAt) > revocation.issuedBefore.getTime());
}
