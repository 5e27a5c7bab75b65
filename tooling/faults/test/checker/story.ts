import { check } from '../../src/checker/check.js';
import { hashOf } from '../../src/checker/handoff.js';
import type {
  Answer,
  FinalRow,
  History,
  Operation,
  Outcome,
  Request,
  Told,
} from '../../src/history/history.js';

/** The database's clock when the story begins, and how far off it may be believed to be. */
const CLOCK_MS = 1_800_000_000_000;
export const CLOCK_ERROR_MS = 10;

/** How a call goes. Without any of it, it begins when the one before has ended, takes 10 ms and is answered. */
interface How {
  readonly at?: number;
  readonly took?: number;
  readonly refused?: string;
  /** Nobody learns what came of it. */
  readonly lost?: true;
}

interface Proofs {
  readonly app?: string;
  readonly verifier?: string | null;
}

type Person = Extract<Answer, { verb: 'redeem' | 'inspect' }>;

interface Issued {
  readonly userId: string;
  readonly targetApp: string;
  readonly codeVerifier: string | null;
  readonly expiresAtMs: number;
  readonly usedAtMs: number | null;
  readonly redemptionId: string | null;
  isRevoked: boolean;
}

/** A history made by hand, told from beginning to end. Its answers are true unless it says otherwise. */
export class Story {
  readonly #operations: Operation[] = [];
  readonly #told: Told[] = [];
  readonly #issued = new Map<string, Issued>();
  readonly #usedAtMs = new Map<string, number>();
  /** When the last call ended, in milliseconds since the story began. */
  now = 0;

  wait(ms: number): this {
    this.now += ms;
    return this;
  }

  /** Gives the token. It lives for a minute, and for what is left of its last second. */
  issue(
    how: How & { user?: string; app?: string; verifier?: string; ttlMs?: number; life?: number } = {},
  ): string {
    const token = `token ${this.#issued.size + 1}`;
    const { user = 'ada', app = 'hi-events', verifier = null, ttlMs = 60_000, life = ttlMs } = how;
    const request = { userId: user, targetApp: app, codeVerifier: verifier };
    const at = how.at ?? this.now;
    const expiresAtMs = CLOCK_MS + Math.ceil(at / 1000) * 1000 + life;
    this.#issued.set(token, {
      ...request,
      expiresAtMs,
      usedAtMs: null,
      redemptionId: null,
      isRevoked: false,
    });
    this.#call({ verb: 'issue', ...request, ttlMs }, how, () => ({ verb: 'issue', token, expiresAtMs }));
    return token;
  }

  redeem(token: string, id: string, how: How & Proofs & { answer?: Partial<Person> } = {}): this {
    const request = { verb: 'redeem', redemptionId: id, ...this.#show(token, how) } as const;
    return this.#call(request, how, (at) => {
      const usedAtMs = this.#usedAtMs.get(`${token} ${id.toLowerCase()}`) ?? CLOCK_MS + at;
      this.#usedAtMs.set(`${token} ${id.toLowerCase()}`, usedAtMs);
      const issued = this.#issued.get(token);
      if (issued?.usedAtMs === null) Object.assign(issued, { usedAtMs, redemptionId: id });
      return { ...this.#person(token), verb: 'redeem', usedAtMs, ...how.answer };
    });
  }

  inspect(
    token: string,
    how: How & Proofs & { redemptionId?: string; redeemed?: boolean; answer?: Partial<Person> } = {},
  ): this {
    const { redemptionId, redeemed } = how;
    const asked = {
      ...(redemptionId !== undefined && { redemptionId }),
      ...(redeemed !== undefined && { redeemed }),
    };
    const request = { verb: 'inspect', ...asked, ...this.#show(token, how) } as const;
    return this.#call(request, how, () => ({ ...this.#person(token), verb: 'inspect', ...how.answer }));
  }

  revoke(token: string, how: How = {}): this {
    return this.#call({ verb: 'revoke', token }, how, () => {
      const issued = this.#issued.get(token);
      if (issued !== undefined) issued.isRevoked = true;
      return { verb: 'revoke' };
    });
  }

  revokeAll(userId: string, how: How = {}): this {
    return this.#call({ verb: 'revokeAll', userId }, how, () => {
      for (const issued of this.#issued.values()) if (issued.userId === userId) issued.isRevoked = true;
      return { verb: 'revokeAll' };
    });
  }

  /** An event, unless it is said to be an entry of the audit. */
  tell(name: Told['name'], token: string | null, more: Partial<Told> = {}): this {
    const tokenHash = token === null ? null : hashOf(token);
    this.#told.push({ where: 'event', name, tokenHash, isRetry: false, at: this.now, ...more });
    return this;
  }

  /** When the token's life ends, in the time of the story. */
  endOf(token: string): number {
    return (this.#issued.get(token)?.expiresAtMs ?? NaN) - CLOCK_MS;
  }

  /** What the database's clock shows then. */
  clockAt(at: number): number {
    return CLOCK_MS + at;
  }

  /** The row as the answers left it. */
  rowOf(token: string, more: Partial<FinalRow> = {}): FinalRow {
    const { userId, usedAtMs, redemptionId, isRevoked, expiresAtMs } = this.#issued.get(token) ?? NOBODY;
    const tokenHash = hashOf(token);
    const isArchived = false;
    return { tokenHash, userId, usedAtMs, redemptionId, isRevoked, expiresAtMs, isArchived, ...more };
  }

  /** Nothing is known of it but what was called and told, unless it is said. */
  history(more: Partial<History> = {}): History {
    return {
      seed: 7,
      operations: this.#operations,
      healthy: [],
      newLives: [],
      databaseClock: { min: CLOCK_MS - CLOCK_ERROR_MS, max: CLOCK_MS + CLOCK_ERROR_MS },
      told: this.#told,
      cleanedBeforeMs: null,
      ...more,
    };
  }

  #show(
    token: string,
    { app, verifier }: Proofs,
  ): { token: string; targetApp: string; codeVerifier: string | null } {
    const { targetApp, codeVerifier } = this.#issued.get(token) ?? NOBODY;
    return {
      token,
      targetApp: app ?? targetApp,
      codeVerifier: verifier === undefined ? codeVerifier : verifier,
    };
  }

  #person(token: string): Omit<Person, 'verb'> {
    const { userId, usedAtMs, expiresAtMs } = this.#issued.get(token) ?? NOBODY;
    return { userId, person: `${userId} at Acme`, usedAtMs, expiresAtMs };
  }

  #call(request: Request, how: How, answer: (at: number) => Answer): this {
    const { at = this.now, took = 10, refused, lost } = how;
    this.now = Math.max(this.now, at + took);
    let outcome: Outcome;
    if (lost === true) outcome = { kind: 'unknown', why: 'no reply' };
    else if (refused !== undefined) outcome = { kind: 'refused', code: refused };
    else outcome = { kind: 'ok', answer: answer(at + took / 2) };
    const id = `w1-${this.#operations.length + 1}`;
    this.#operations.push({ id, request, invokedAt: at, completedAt: at + took, outcome });
    return this;
  }
}

const NOBODY: Issued = {
  userId: 'nobody',
  targetApp: 'hi-events',
  codeVerifier: null,
  expiresAtMs: CLOCK_MS + 60_000,
  usedAtMs: null,
  redemptionId: null,
  isRevoked: false,
};

/** The names of the rules that it breaks, each once. */
export function rulesBroken(history: History): string[] {
  return [...new Set(check(history).map(({ rule }) => rule))];
}

/** The story was fine from its beginning to its end. */
export const ALWAYS_HEALTHY = { healthy: [{ from: -Infinity, to: Infinity }] };
