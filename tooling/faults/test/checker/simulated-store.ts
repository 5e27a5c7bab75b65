import { hashOf } from '../../src/checker/handoff.js';
import type { Answer, FinalRow, Outcome, Request, Told } from '../../src/history/history.js';

const RETRY_MS = 60_000;

interface Row {
  readonly token: string;
  readonly request: Extract<Request, { verb: 'issue' }>;
  readonly expiresAtMs: number;
  readonly life: number;
  usedAtMs: number | null;
  redemptionId: string | null;
  revokedAtMs: number | null;
}

/** How the simulated store behaves where the design leaves it the choice. */
export interface Habits {
  /** What it says of a token of an old life. */
  readonly refusalOfOldLife: 'token_unknown' | 'token_expired' | 'token_revoked';
  readonly isCleaned: boolean;
  readonly revokesOnReplay: boolean;
}

/** When a try is judged and when it takes effect, by the database's clock, and the token if it makes one. */
export interface Try {
  readonly judgedAtMs: number;
  readonly atMs: number;
  readonly newToken: string;
}

/** What is to be told of a try. */
export type Tell = (name: Told['name'], token: string, isRetry?: boolean) => void;

/** A store that does one thing after the other, and keeps every guarantee. */
export class SimulatedStore {
  readonly #habits: Habits;
  #rows = new Map<string, Row>();
  #life = 0;
  readonly #past: { readonly atMs: number; readonly rows: readonly Row[] }[] = [];

  constructor(habits: Habits) {
    this.#habits = habits;
  }

  run(request: Request, attempt: Try, tell: Tell): Outcome {
    if (this.#habits.isCleaned) this.#cleanUp(attempt.atMs);
    const outcome = this.#decide(request, attempt, tell);
    this.#past.push({ atMs: attempt.atMs, rows: [...this.#rows.values()].map((row) => ({ ...row })) });
    return outcome;
  }

  /** Begins another life, with the rows as they were at some time before. */
  beginLife(asOfMs: number): void {
    const kept = this.#past.filter(({ atMs }) => atMs <= asOfMs).at(-1)?.rows ?? [];
    this.#rows = new Map(kept.map((row) => [row.token, { ...row }]));
    this.#life += 1;
  }

  rows(atMs: number): FinalRow[] {
    if (this.#habits.isCleaned) this.#cleanUp(atMs);
    return [...this.#rows.values()].map(({ token, request, revokedAtMs, ...row }) => ({
      tokenHash: hashOf(token),
      userId: request.userId,
      usedAtMs: row.usedAtMs,
      redemptionId: row.redemptionId,
      isRevoked: revokedAtMs !== null,
      expiresAtMs: row.expiresAtMs,
      isArchived: false,
    }));
  }

  #decide(request: Request, attempt: Try, tell: Tell): Outcome {
    switch (request.verb) {
      case 'issue':
        return this.#issue(request, attempt, tell);
      case 'redeem':
        return this.#redeem(request, attempt, tell);
      case 'inspect': {
        const reason = this.#refusal(request, attempt);
        if (reason === undefined) return this.#answer(request);
        tell('rejected', request.token);
        return { kind: 'refused', code: reason };
      }
      case 'revoke':
        this.#revoke((row) => row.token === request.token, attempt, tell);
        return { kind: 'ok', answer: { verb: 'revoke' } };
      case 'revokeAll':
        this.#revoke((row) => row.request.userId === request.userId, attempt, tell);
        return { kind: 'ok', answer: { verb: 'revokeAll' } };
    }
  }

  #issue(request: Row['request'], { judgedAtMs, newToken: token }: Try, tell: Tell): Outcome {
    const expiresAtMs = Math.ceil(judgedAtMs / 1000) * 1000 + request.ttlMs;
    const unused = { usedAtMs: null, redemptionId: null, revokedAtMs: null };
    this.#rows.set(token, { token, request, expiresAtMs, life: this.#life, ...unused });
    tell('issued', token);
    return { kind: 'ok', answer: { verb: 'issue', token, expiresAtMs } };
  }

  #redeem(request: Extract<Request, { verb: 'redeem' }>, attempt: Try, tell: Tell): Outcome {
    const { token, redemptionId } = request;
    const reason = this.#refusal(request, attempt);
    const row = this.#rows.get(token);
    if (reason !== undefined || row === undefined) {
      tell('rejected', token);
      if (reason === 'token_used') {
        tell('replayed', token);
        if (this.#habits.revokesOnReplay) this.#revoke((other) => other === row, attempt, tell);
      }
      return { kind: 'refused', code: reason ?? 'token_unknown' };
    }
    tell('redeemed', token, row.usedAtMs !== null);
    row.usedAtMs ??= Math.floor(attempt.judgedAtMs);
    row.redemptionId ??= redemptionId;
    return this.#answer(request);
  }

  #answer({ verb, token }: Extract<Request, { verb: 'redeem' | 'inspect' }>): Outcome {
    const row = this.#rows.get(token);
    if (row === undefined) return { kind: 'refused', code: 'token_unknown' };
    const { userId } = row.request;
    const answer: Answer = {
      verb,
      userId,
      person: `${userId} at Acme`,
      usedAtMs: row.usedAtMs,
      expiresAtMs: row.expiresAtMs,
    };
    return { kind: 'ok', answer };
  }

  #refusal(
    request: Extract<Request, { verb: 'redeem' | 'inspect' }>,
    { judgedAtMs }: Try,
  ): string | undefined {
    const row = this.#rows.get(request.token);
    if (row === undefined) return 'token_unknown';
    if (row.life !== this.#life) return this.#habits.refusalOfOldLife;
    if (row.request.targetApp !== request.targetApp) return 'target_mismatch';
    const isRedeemed = request.verb === 'inspect' && request.redeemed === true;
    if (!isRedeemed && row.request.codeVerifier !== request.codeVerifier) return 'verifier_mismatch';
    if (row.revokedAtMs !== null) return 'token_revoked';
    const mayBeLate = row.usedAtMs !== null && !isRedeemed;
    const isOver = judgedAtMs >= row.expiresAtMs + (mayBeLate ? RETRY_MS : 0);
    if (isRedeemed && row.usedAtMs === null) return 'token_unknown';
    if (mayBeLate && row.redemptionId !== (request.redemptionId ?? null)) return 'token_used';
    return isOver ? 'token_expired' : undefined;
  }

  #revoke(isMeant: (row: Row) => boolean, { atMs }: Try, tell: Tell): void {
    for (const row of this.#rows.values()) {
      if (!isMeant(row) || row.revokedAtMs !== null) continue;
      row.revokedAtMs = atMs;
      tell('revoked', row.token);
    }
  }

  #cleanUp(atMs: number): void {
    for (const { token, expiresAtMs, revokedAtMs } of this.#rows.values()) {
      if (Math.min(expiresAtMs, revokedAtMs ?? Infinity) < atMs - RETRY_MS) this.#rows.delete(token);
    }
  }
}
