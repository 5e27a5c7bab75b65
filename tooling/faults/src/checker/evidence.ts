import { processOf } from '../history/history.js';
import type { FinalRow, History, Moment, Operation, Told } from '../history/history.js';
import { isAboutRedeemed, isOk, isOpen, mayPrecede, redemptionIdOf, refusalOf } from './calls.js';
import type { Call, Presentation } from './calls.js';
import { readHandoffs } from './handoff.js';
import type { Calls, Handoff } from './handoff.js';

/** A retry is answered for that much longer than the token lives. */
export const RETRY_MS = 60_000;

/**
 * What can be known from a history, and what can not be ruled out by it. Everything here that may have been is said to
 * have been possible, so that no rule accuses a store that kept its word.
 */
export class Evidence {
  readonly history: History;
  readonly handoffs: readonly Handoff[];
  /** Calls with tokens whose issue nobody acknowledged. */
  readonly strangers: readonly Calls[];
  /** Undefined where nobody looked. */
  readonly rows: ReadonlyMap<string, FinalRow> | undefined;
  readonly told: ReadonlyMap<string | null, readonly Told[]>;

  constructor(history: History) {
    this.history = history;
    const { handoffs, strangers } = readHandoffs(history);
    this.handoffs = handoffs;
    this.strangers = strangers;
    this.rows = history.rows && new Map(history.rows.map((row) => [row.tokenHash, row]));
    const told = new Map<string | null, Told[]>();
    for (const one of history.told) told.set(one.tokenHash, [...(told.get(one.tokenHash) ?? []), one]);
    this.told = told;
  }

  /** The first that the database's clock can have shown then. */
  earliest(moment: Moment): number {
    return moment + this.history.databaseClock.min;
  }

  /** The last that it can have shown. */
  latest(moment: Moment): number {
    return moment + this.history.databaseClock.max;
  }

  /** Nothing was wrong with its process or with what all share, from its beginning to its end. */
  isHealthy(call: Operation): boolean {
    return this.history.healthy.some(
      ({ from, to, except }) =>
        from <= call.invokedAt && call.completedAt <= to && except !== processOf(call),
    );
  }

  /** Right target and verifier. Who asks about a redeemed token needs no verifier. */
  isRight({ issue }: Handoff, call: Presentation): boolean {
    const { targetApp, codeVerifier } = issue.request;
    if (call.request.targetApp !== targetApp) return false;
    return isAboutRedeemed(call) || call.request.codeVerifier === codeVerifier;
  }

  /** Began when the token's life had ended already, by any reading of the database's clock. */
  isTooLate({ expiresAtMs }: Handoff, call: Operation): boolean {
    return this.earliest(call.invokedAt) >= expiresAtMs;
  }

  /** By then a new life may have begun since it was invoked: a token of it is void. */
  mayBelongToOldLife({ invokedAt }: Operation, by: Moment = Infinity): boolean {
    return this.history.newLives.some(({ from, to }) => invokedAt <= to && from <= by);
  }

  /** What it did may be gone: a new life may have begun since, of a database that had not heard everything. */
  mayBeLost({ invokedAt }: Operation): boolean {
    return this.history.newLives.some(({ to, isLossless }) => isLossless !== true && invokedAt <= to);
  }

  /** It went on while a new life may have begun: two servers may have been there then. */
  isDuringNewLife({ invokedAt, completedAt }: Operation): boolean {
    return this.history.newLives.some(({ from, to }) => invokedAt <= to && from <= completedAt);
  }

  /** A revoke, a revokeAll, a replay or an operator may have ended the token by then, apart from `except`. */
  mayBeRevoked(handoff: Handoff, by: Moment, except?: Operation): boolean {
    const may = (call: Operation): boolean => call !== except && call.invokedAt <= by;
    return (
      handoff.revokes.some(may) ||
      handoff.revokeAlls.some((call) => may(call) && this.#lastEffect(call) >= handoff.issue.invokedAt) ||
      (this.history.replaysMayRevoke === true && this.mayBeReplayed(handoff, by)) ||
      this.history.newLives.some(
        ({ from, to, isRevoking }) => isRevoking === true && handoff.issue.invokedAt <= to && from <= by,
      )
    );
  }

  /** Two redemption ids may have come by then. */
  mayBeReplayed(handoff: Handoff, by: Moment): boolean {
    const rights = handoff.redeems.filter((call) => call.invokedAt <= by && this.isRight(handoff, call));
    return new Set(rights.map(redemptionIdOf)).size > 1;
  }

  /** The row may not be there any more. */
  mayBeRemoved(handoff: Handoff): boolean {
    const { cleanedBeforeMs } = this.history;
    if (cleanedBeforeMs === null) return false;
    return handoff.expiresAtMs < cleanedBeforeMs || this.mayBeRevoked(handoff, Infinity);
  }

  /** The redemption id that was answered, if it is one only. */
  winner(handoff: Handoff): string | undefined {
    const ids = new Set(
      handoff.redeems.filter((call) => isOk(call) && this.isRight(handoff, call)).map(redemptionIdOf),
    );
    return ids.size === 1 ? [...ids][0] : undefined;
  }

  /** May have been the one that used it up. */
  mayHaveUsed(handoff: Handoff, call: Call<'redeem'>): boolean {
    if (!this.isRight(handoff, call) || this.isTooLate(handoff, call)) return false;
    if (isOk(call) || isOpen(call)) return true;
    // Refused at a second try, after a first one whose reply was lost: only where something came between the two.
    if (!LATER_REFUSALS.includes(refusalOf(call) ?? '')) return false;
    return (
      this.latest(call.completedAt) >= handoff.expiresAtMs ||
      this.mayBeRevoked(handoff, call.completedAt) ||
      this.mayBelongToOldLife(handoff.issue, call.completedAt)
    );
  }

  /** Those with another id that this one may have found to have been first. */
  rivals(handoff: Handoff, call: Presentation): readonly Call<'redeem'>[] {
    const winner = this.winner(handoff);
    const isPossible = (id: string | undefined): boolean =>
      winner === undefined ? id !== redemptionIdOf(call) : id === winner && id !== redemptionIdOf(call);
    return handoff.redeems.filter(
      (other) =>
        isPossible(redemptionIdOf(other)) &&
        mayPrecede(other, call) &&
        this.isRight(handoff, other) &&
        !this.isTooLate(handoff, other),
    );
  }

  // Without a fault there is no second try that is still on its way after the answer.
  #lastEffect(call: Operation): Moment {
    return isOk(call) && this.isHealthy(call) ? call.completedAt : Infinity;
  }
}

const LATER_REFUSALS = ['token_unknown', 'token_expired', 'token_revoked', 'invalid_token'];
