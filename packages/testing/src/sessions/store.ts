import { randomBytes, randomUUID } from 'node:crypto';
import { makeToken, parseToken, TOKEN_RANDOM_BYTES } from '@cross-app/protocol';
import type { CrossAppErrorCode, IssuedHandoff, IssueRequest, Redemption } from '@cross-app/protocol';
import type { Clock } from '../clock.js';
import { matches } from './filter.js';
import type { ReadFilter } from './filter.js';
import { readIssueRequest } from './issue-request.js';
import type { People } from './people.js';
import type { MemoryRevocations } from './revocation-list.js';
import { hashToken, refuse } from './row.js';
import type { Attempt, Row } from './row.js';

// As in the database: what says that it expired long ago is refused unseen, with slack for wrong clocks.
const SLACK_MS = 5 * 60_000;

/** What the store is made of. */
export interface StoreParts {
  readonly appId: string;
  readonly ttlSeconds: number;
  readonly clock: Clock;
  readonly people: People;
  readonly revocations: MemoryRevocations;
}

/** The table. None of its methods waits for anything: the event loop is the row lock. */
export class MemoryStore {
  readonly #rows = new Map<string, Row>();
  readonly #parts: StoreParts;

  constructor(parts: StoreParts) {
    this.#parts = parts;
  }

  insert(request: IssueRequest): IssuedHandoff {
    const { appId, people, clock } = this.#parts;
    const { data, codeChallenge, ttlSeconds = this.#parts.ttlSeconds } = readIssueRequest(request, people);
    const createdAtMs = clock.now();
    const expiresAtSeconds = Math.ceil(createdAtMs / 1000) + ttlSeconds;
    const expiresAtMs = expiresAtSeconds * 1000;
    const token = makeToken({ randomBytes: randomBytes(TOKEN_RANDOM_BYTES), expiresAtSeconds });
    const instants = { createdAt: new Date(createdAtMs), expiresAt: new Date(expiresAtMs) };
    const session = { ...data, sourceApp: appId, ...instants };
    const tokenHash = hashToken(token);
    const state = { redemptionId: null, isRevoked: false };
    this.#rows.set(tokenHash, { tokenHash, session, createdAtMs, expiresAtMs, codeChallenge, ...state });
    return { token, session };
  }

  find(token: string): Row | undefined {
    return this.#rows.get(hashToken(token));
  }

  /** @throws CrossAppError when there is no such row, or a reason to refuse it. */
  require(
    token: string,
    attempt: Attempt,
    reasonToRefuse: (row: Row, attempt: Attempt) => CrossAppErrorCode | undefined,
  ): Row {
    const parsed = parseToken(token);
    if (parsed === undefined) throw refuse('token_malformed');
    if (parsed.expiresAtSeconds * 1000 + SLACK_MS < attempt.nowMs) throw refuse('token_expired');
    const row = this.find(token);
    if (row === undefined || !this.#exists(row)) throw refuse('token_unknown');
    const reason = reasonToRefuse(row, attempt);
    if (reason !== undefined) throw refuse(reason);
    return row;
  }

  toRedemption({ session }: Row): Redemption {
    const { people } = this.#parts;
    const user = people.user(session.userId);
    if (user === undefined) throw refuse('token_unknown');
    const account = session.accountId === null ? null : (people.account(session.accountId) ?? null);
    return { session, user, account };
  }

  /** Revokes those rows, or every row, that match; one revocation says so. How many became revoked. */
  revoke(filter: ReadFilter, only?: Row): number {
    const rows = only === undefined ? [...this.#rows.values()] : [only];
    const doomed = rows.filter((row) => !row.isRevoked && matches(filter, row));
    for (const row of doomed) row.isRevoked = true;
    if (doomed.length > 0) this.#announce(filter, only);
    return doomed.length;
  }

  #announce(filter: ReadFilter, only: Row | undefined): void {
    const { clock, revocations } = this.#parts;
    // A revocation ends what was issued at its instant too; the filter's instant is not included.
    const issuedBefore = new Date(Math.min(clock.now(), (filter.issuedBefore?.getTime() ?? Infinity) - 1));
    revocations.add({ ...filter, id: randomUUID(), tokenHash: only?.tokenHash ?? null, issuedBefore });
  }

  #exists({ session: { userId } }: Row): boolean {
    return this.#parts.people.user(userId) !== undefined;
  }
}
