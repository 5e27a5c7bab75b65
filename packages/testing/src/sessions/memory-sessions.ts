import { randomUUID } from 'node:crypto';
import { isAppId, MAX_TTL_SECONDS } from '@cross-app/protocol';
import type { CrossAppSessions, DerivedSessions, InspectRequest, RedeemRequest } from '@cross-app/protocol';
import { SYSTEM_CLOCK } from '../clock.js';
import type { Clock } from '../clock.js';
import { readAppId, readCodeVerifier, readRedemptionId } from './arguments.js';
import { readFilter, readScope } from './filter.js';
import { createPeople } from './people.js';
import type { TestPerson } from './people.js';
import { createRevocations } from './revocation-list.js';
import { challengeOf, reasonNotRedeemed, reasonToRefuse } from './row.js';
import type { Attempt } from './row.js';
import { MemoryStore } from './store.js';

/** Options of {@link createMemorySessions}. */
export interface MemorySessionsOptions {
  /** Who is in the source app's users table. */
  readonly people: readonly TestPerson[];
  /** The source app's id. Default `tuvens`. */
  readonly appId?: string;
  /** Life of a token in whole seconds, 1 to 900. Default 900. */
  readonly ttlSeconds?: number;
  /** Default the machine's. */
  readonly clock?: Clock;
}

/** What has become of a token: `expired` if it was never used, `used` for ever otherwise, `revoked` in any case. */
export type TokenState = 'unknown' | 'unused' | 'used' | 'revoked' | 'expired';

/** `CrossAppSessions` and `DerivedSessions` without a database. */
export interface MemorySessions extends CrossAppSessions, Required<DerivedSessions> {
  /** What has become of the token by the clock of these sessions; `unknown` for one that they have not issued. */
  stateOf(token: string): TokenState;
  /** Deletes the person: nobody arrives as them from now on. */
  removePerson(userId: string): void;
}

/**
 * The verbs of a handoff in memory, with the rules of `createCrossAppSessions` of `@cross-app/core`: at most once, the
 * same redemption id again until 60 seconds after the token's life, nothing used up by a wrong proof. For tests: it
 * forgets nothing, and knows nothing of another process.
 *
 * @throws TypeError for two people with one id, an `appId` that is none, or a `ttlSeconds` outside its limits.
 * @example
 * const sessions = createMemorySessions({ people: [{ id: '456', email: 'ada@example.com' }] });
 * const { token } = await sessions.issue({ userId: '456', targetApp: 'hi-events' });
 */
export function createMemorySessions(options: MemorySessionsOptions): MemorySessions {
  const { appId = 'tuvens', ttlSeconds = MAX_TTL_SECONDS, clock = SYSTEM_CLOCK } = options;
  requireSettings(appId, ttlSeconds);
  const people = createPeople(options.people);
  const revocations = createRevocations();
  const store = new MemoryStore({ appId, ttlSeconds, clock, people, revocations });

  return {
    issue: (request) => settle(() => store.insert(request)),
    redeem: (token, request) => settle(() => redeem(store, token, readAttempt(request, clock))),
    inspect: (token, request) =>
      settle(() => {
        const reason = request.redeemed === true ? reasonNotRedeemed : reasonToRefuse;
        return store.toRedemption(store.require(token, readAttempt(request, clock), reason));
      }),
    revoke: (token, scope = {}) =>
      settle(() => {
        const filter = readScope(scope);
        const row = store.find(token);
        if (row !== undefined) store.revoke(filter, row);
      }),
    revokeAll: (filter) => settle(() => store.revoke(readFilter(filter))),
    isRevoked: (derived) => revocations.isRevoked(derived),
    watchRevocations: (listener) => revocations.watchRevocations(listener),
    stateOf: (token) => stateOf(store, token, clock),
    removePerson: (userId) => {
      people.remove(userId);
    },
  };
}

function redeem(
  store: MemoryStore,
  token: string,
  attempt: Attempt,
): ReturnType<MemoryStore['toRedemption']> {
  const redemptionId = attempt.redemptionId ?? randomUUID();
  const row = store.require(token, { ...attempt, redemptionId }, reasonToRefuse);
  row.redemptionId = redemptionId;
  return store.toRedemption(row);
}

function stateOf(store: MemoryStore, token: string, clock: Clock): TokenState {
  const row = store.find(token);
  if (row === undefined) return 'unknown';
  if (row.isRevoked) return 'revoked';
  if (row.redemptionId !== null) return 'used';
  return clock.now() < row.expiresAtMs ? 'unused' : 'expired';
}

function readAttempt(request: RedeemRequest | InspectRequest, clock: Clock): Attempt {
  const codeVerifier = readCodeVerifier(request.codeVerifier);
  return {
    targetApp: readAppId('targetApp', request.targetApp),
    codeChallenge: codeVerifier === null ? null : challengeOf(codeVerifier),
    redemptionId: readRedemptionId(request.redemptionId),
    nowMs: clock.now(),
  };
}

/** A verb rejects, and never throws; and it decides without waiting for anything. */
function settle<Result>(verb: () => Result): Promise<Result> {
  return new Promise((resolve) => {
    resolve(verb());
  });
}

function requireSettings(appId: string, ttlSeconds: number): void {
  if (!isAppId(appId)) throw new TypeError('appId must be 1 to 50 printable characters without blanks');
  if (Number.isInteger(ttlSeconds) && ttlSeconds >= 1 && ttlSeconds <= MAX_TTL_SECONDS) return;
  throw new TypeError(`ttlSeconds must be a whole number from 1 to ${MAX_TTL_SECONDS}`);
}
