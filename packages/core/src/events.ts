import type { CrossAppErrorCode, RevokeFilter } from '@cross-app/protocol';
import type { StoredSession } from './lifecycle/stored-session.js';

/** A token was made. */
export interface IssuedEvent {
  readonly type: 'issued';
  readonly session: StoredSession;
}

/** A token was used up, or the same redemption was answered again. */
export interface RedeemedEvent {
  readonly type: 'redeemed';
  readonly session: StoredSession;
  /** True for a repeat with the same redemption id. */
  readonly isRetry: boolean;
}

/** Somebody was refused. The reason is for operators: the caller is told nothing of it. */
export interface RejectedEvent {
  readonly type: 'rejected';
  readonly verb: 'redeem' | 'inspect';
  readonly reason: CrossAppErrorCode;
  /** Null when no row has this token. */
  readonly sessionId: string | null;
  /** There, and true, when the token was issued before a failover or a restore: see the option `epoch`. */
  readonly isOfOtherEpoch?: true;
  /** The app that asked. */
  readonly targetApp: string;
  readonly userAgent: string | null;
  readonly ipAddress: string | null;
}

/** A used token came again with another redemption id, after `rejected` with `token_used`. */
export interface ReplayedEvent extends Omit<RejectedEvent, 'type'> {
  readonly type: 'replayed';
  readonly sessionId: string;
  /** When it had been redeemed. */
  readonly usedAt: Date;
  /** Whether who came again seems to be who redeemed it: see the option `revokeOnReplay`. */
  readonly client: 'same' | 'different';
  /** Whether the sign-in that was made from it has been ended for this: then `revoked` has come before. */
  readonly sessionRevoked: boolean;
}

/** Sessions were revoked. */
export interface RevokedEvent {
  readonly type: 'revoked';
  readonly sessionIds: readonly string[];
  /** What `revokeAll` was asked for; absent after `revoke` of one token. */
  readonly filter?: RevokeFilter;
}

/** The events of `createCrossAppSessions`. None carries a token, a verifier or a hash. */
export interface CrossAppEvents {
  readonly issued: IssuedEvent;
  readonly redeemed: RedeemedEvent;
  readonly rejected: RejectedEvent;
  readonly replayed: ReplayedEvent;
  readonly revoked: RevokedEvent;
}

/**
 * Any of them; `type` says which. For one listener of several.
 *
 * @example
 * const count = (event: CrossAppEvent) => {
 *   if (event.type === 'rejected') rejections.add(1, { reason: event.reason });
 * };
 * sessions.on('rejected', count);
 * sessions.on('replayed', count);
 */
export type CrossAppEvent = CrossAppEvents[keyof CrossAppEvents];

/** Called after the event is durable; may be async. */
export type Listener<Name extends keyof CrossAppEvents> = (
  event: CrossAppEvents[Name],
) => void | Promise<void>;

/**
 * Tells listeners what has happened, after it is durable. A listener cannot undo it, so one that throws or
 * rejects harms nobody's sign-in: its error becomes a process warning named `CrossAppListenerWarning`.
 */
export class SessionEvents {
  readonly #listeners: { [Name in keyof CrossAppEvents]: Set<Listener<Name>> } = {
    issued: new Set(),
    redeemed: new Set(),
    rejected: new Set(),
    replayed: new Set(),
    revoked: new Set(),
  };

  on<Name extends keyof CrossAppEvents>(name: Name, listener: Listener<Name>): void {
    this.#listeners[name].add(listener);
  }

  off<Name extends keyof CrossAppEvents>(name: Name, listener: Listener<Name>): void {
    this.#listeners[name].delete(listener);
  }

  emit<Name extends keyof CrossAppEvents>(name: Name, event: CrossAppEvents[Name]): void {
    for (const listener of this.#listeners[name]) {
      // The async wrapper catches what a listener throws as well as what it rejects with.
      (async () => {
        await listener(event);
      })().catch((error: unknown) => {
        process.emitWarning(`a listener of ${name} failed: ${String(error)}`, 'CrossAppListenerWarning');
      });
    }
  }
}
