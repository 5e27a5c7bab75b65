// What a run with faults leaves behind, and all that the checker ever sees of it.

/**
 * Milliseconds of the machine's monotonic clock, which all its processes share and nobody sets. What was written down as
 * done at a moment was done by then; what was written down as begun had not begun before.
 */
export type Moment = number;

/** Who shows what in a redeem or an inspect. An issue is written down as done before its token is passed on. */
interface Presented {
  readonly token: string;
  readonly targetApp: string;
  readonly codeVerifier: string | null;
}

/** What was asked for, in the form that the verbs take, by someone who may ask it. */
export type Request =
  | {
      readonly verb: 'issue';
      readonly userId: string;
      readonly targetApp: string;
      /** The verifier whose challenge it was bound to. */
      readonly codeVerifier: string | null;
      readonly ttlMs: number;
    }
  | ({ readonly verb: 'redeem'; readonly redemptionId: string } & Presented)
  | ({
      readonly verb: 'inspect';
      /** Absent where none was given. */
      readonly redemptionId?: string;
      /** True asks about a token that the app has redeemed, as `inspect` takes it. Absent is false. */
      readonly redeemed?: boolean;
    } & Presented)
  | { readonly verb: 'revoke'; readonly token: string }
  | { readonly verb: 'revokeAll'; readonly userId: string };

/** What was answered. */
export type Answer =
  | { readonly verb: 'issue'; readonly token: string; readonly expiresAtMs: number }
  | {
      readonly verb: 'redeem' | 'inspect';
      readonly userId: string;
      /** All that the app was told about the person, as one text, to compare. */
      readonly person: string;
      /** By the database's clock; null where the way (HTTP) does not tell. */
      readonly usedAtMs: number | null;
      readonly expiresAtMs: number;
    }
  | { readonly verb: 'revoke' | 'revokeAll' };

export type Outcome =
  | { readonly kind: 'ok'; readonly answer: Answer }
  /** With a code of the design; `invalid_token` is said by HTTP of any refused token. */
  | { readonly kind: 'refused'; readonly code: string }
  /** No answer, or one that says that nobody knows: it may have taken effect, and may still do so. */
  | { readonly kind: 'unknown'; readonly why: string };

/** The process that made the call. */
export function processOf({ id }: Pick<Operation, 'id'>): string {
  return id.split('/', 1)[0] ?? '';
}

/** One call of a verb. */
export interface Operation {
  /** Unique in the run: the process, a slash, by which way, and a number of its own. */
  readonly id: string;
  readonly request: Request;
  readonly invokedAt: Moment;
  /** Infinity where no completion was written down: then the outcome is unknown. */
  readonly completedAt: Moment;
  readonly outcome: Outcome;
  /** Its process waited for it until the end of the run, long after its time limit. Absent is false. */
  readonly isHung?: boolean;
}

/** A row of `cross_app_sessions` or of its archive, both read in one snapshot at the end. */
export interface FinalRow {
  readonly tokenHash: string;
  readonly userId: string;
  readonly usedAtMs: number | null;
  readonly redemptionId: string | null;
  readonly isRevoked: boolean;
  readonly expiresAtMs: number;
  readonly isArchived: boolean;
}

/** An event that a process was told of by `sessions.on`, or an entry of the audit table. */
export interface Told {
  readonly where: 'event' | 'audit';
  readonly name: 'issued' | 'redeemed' | 'rejected' | 'replayed' | 'revoked';
  /** Null where no row was found, or for a revoke of many. */
  readonly tokenHash: string | null;
  readonly isRetry: boolean;
  /** What it tells of was decided by then. */
  readonly at: Moment;
}

/** From `from` to `to` no fault was active, and none was still being recovered from. */
export interface Healthy {
  readonly from: Moment;
  readonly to: Moment;
  /** The process that something was wrong with, and no other. Absent: none. */
  readonly except?: string | undefined;
}

/** At some moment between the two the database began another life: a failover, or a restore. */
export interface NewLife {
  readonly from: Moment;
  readonly to: Moment;
  /** The new one had all that had been acknowledged: a synchronous standby. Absent is false. */
  readonly isLossless?: boolean;
  /** An operator began it, and revoked what was outstanding. Absent is false. */
  readonly isRevoking?: boolean;
}

export interface History {
  /** Repeats the run. */
  readonly seed: number;
  readonly operations: readonly Operation[];
  readonly healthy: readonly Healthy[];
  readonly newLives: readonly NewLife[];
  /** Bounds of the database's clock minus the monotonic one, in milliseconds. */
  readonly databaseClock: { readonly min: number; readonly max: number };
  /** After the last operation; undefined where nobody looked. */
  readonly rows?: readonly FinalRow[];
  readonly told: readonly Told[];
  /** Where nothing that was told before an answer went out can be missing. Absent: anything may be. */
  readonly toldInFull?: readonly Told['where'][];
  /** Whether a replay may end a token: not where clients say nothing of themselves. Absent is false. */
  readonly replaysMayRevoke?: boolean;
  /** Rows that expired or were revoked before this may be gone: by the database's clock, in milliseconds; null: none. */
  readonly cleanedBeforeMs: number | null;
}
