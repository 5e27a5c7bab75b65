import fc from 'fast-check';
import { hashOf } from '../../src/checker/handoff.js';
import type {
  Healthy,
  History,
  NewLife,
  Operation,
  Outcome,
  Request,
  Told,
} from '../../src/history/history.js';
import { SimulatedStore } from './simulated-store.js';
import type { Habits } from './simulated-store.js';

const CLOCK_MS = 1_800_000_000_000;
const VERIFIERS = [null, 'secret', 'guess'] as const;

/** One call, in terms of chance: `pick` numbers choose from what there is then. */
interface PlannedCall {
  readonly verb: Request['verb'];
  /** After the beginning of the call before, in milliseconds. */
  readonly after: number;
  readonly took: number;
  readonly pick: number;
  readonly redemptionId: string;
  readonly proofs: 'right' | 'wrong target' | 'wrong verifier';
  readonly verifier: null | 'secret';
  readonly user: string;
  readonly ttlMs: number;
  readonly redeemed: boolean;
  readonly isHttp: boolean;
  /** In times of trouble: other tries, each with when it takes effect as a part of how long the call takes. */
  readonly strays: readonly number[];
  readonly fate: 'answered' | 'lost' | 'store_unavailable' | 'never sent';
}

export interface Plan {
  readonly calls: readonly PlannedCall[];
  readonly habits: Habits;
  /** The database's clock is that far from where it is believed to be, of 10 ms at most. */
  readonly clockError: number;
  readonly healthy: readonly Healthy[];
  /** And how much it forgets. */
  readonly newLife: { readonly at: number; readonly loses: number } | null;
}

const millis = (max: number): fc.Arbitrary<number> => fc.integer({ min: 0, max });

/** One of these, each as often as its number says. */
const often = <Value>(
  ...weighted: readonly (readonly [weight: number, value: Value])[]
): fc.Arbitrary<Value> =>
  fc.oneof(...weighted.map(([weight, value]) => ({ weight, arbitrary: fc.constant(value) })));

const plannedCall: fc.Arbitrary<PlannedCall> = fc.record({
  verb: often<PlannedCall['verb']>(
    [2, 'issue'],
    [12, 'redeem'],
    [3, 'inspect'],
    [1, 'revoke'],
    [1, 'revokeAll'],
  ),
  after: fc.oneof(
    { weight: 20, arbitrary: millis(40) },
    { weight: 2, arbitrary: millis(1500) },
    { weight: 1, arbitrary: millis(65_000) },
  ),
  took: fc.integer({ min: 2, max: 150 }),
  pick: millis(1_000_000),
  redemptionId: fc.constantFrom('a', 'a', 'b', 'c'),
  proofs: often<PlannedCall['proofs']>([8, 'right'], [1, 'wrong target'], [1, 'wrong verifier']),
  verifier: fc.constantFrom(null, 'secret'),
  user: fc.constantFrom('ada', 'bob', 'cleo'),
  ttlMs: fc.constantFrom(1000, 2000, 60_000),
  redeemed: fc.boolean(),
  isHttp: fc.boolean(),
  strays: fc.array(fc.double({ min: 0, max: 20, noNaN: true }), { maxLength: 2 }),
  fate: often<PlannedCall['fate']>([8, 'answered'], [1, 'lost'], [1, 'store_unavailable'], [1, 'never sent']),
});

/** With fewer kinds of trouble in some, so that what is left can be known for sure. */
export const plan: fc.Arbitrary<Plan> = fc
  .record({
    calls: fc.array(plannedCall, { minLength: 5, maxLength: 40, size: 'max' }),
    habits: fc.record({
      refusalOfOldLife: fc.constantFrom('token_unknown', 'token_expired', 'token_revoked'),
      isCleaned: fc.boolean(),
      revokesOnReplay: often([3, false], [1, true]),
    }),
    clockError: fc.integer({ min: -10, max: 10 }),
    healthy: fc.array(
      fc.tuple(millis(3000), millis(3000)).map(([from, length]) => ({ from, to: from + length })),
      { maxLength: 3 },
    ),
    newLife: fc.option(fc.record({ at: millis(2000), loses: millis(500) }), { freq: 2 }),
    isRevoked: fc.boolean(),
    isFaulty: often([3, true], [1, false]),
  })
  .map(({ isRevoked, isFaulty, calls, ...rest }) => ({
    ...rest,
    calls: calls.map((call, index) => ({
      ...call,
      ...(!isFaulty && NO_FAULT),
      ...(!isRevoked && call.verb.startsWith('revoke') && NO_REVOKE),
      // Without a token nothing can be done.
      ...(index === 0 && FIRST),
    })),
  }));

const NO_FAULT = { strays: [], fate: 'answered' } as const;
const NO_REVOKE = { verb: 'redeem' } as const;
const FIRST = { ...NO_FAULT, verb: 'issue' } as const;

interface Step {
  readonly at: number;
  readonly run: () => void;
}

/** What such a run leaves behind, on a store that keeps every guarantee. */
export function simulate(planned: Plan): History {
  const run = new Simulation(planned);
  return run.history();
}

class Simulation {
  readonly #plan: Plan;
  readonly #store: SimulatedStore;
  readonly #operations: Operation[] = [];
  readonly #told: Told[] = [];
  readonly #steps: Step[] = [];
  /** Tokens that somebody was given. */
  readonly #known: Extract<Request, { verb: 'issue' }>[] = [];
  readonly #tokens: string[] = [];
  #made = 0;
  #now = 0;

  constructor(planned: Plan) {
    this.#plan = planned;
    this.#store = new SimulatedStore(planned.habits);
  }

  history(): History {
    const { calls, newLife, healthy, habits } = this.#plan;
    let at = 0;
    for (const call of calls) {
      at += call.after;
      this.#schedule(at, () => {
        this.#begin(call);
      });
    }
    const lives: NewLife[] = [];
    if (newLife !== null) {
      lives.push({ from: newLife.at - 20, to: newLife.at + 20 });
      this.#schedule(newLife.at, () => {
        this.#store.beginLife(this.#clock(newLife.at - newLife.loses));
      });
    }
    this.#runAll();
    return {
      seed: 1,
      operations: this.#operations,
      healthy: healthy.filter(
        ({ from, to }) => newLife === null || to < newLife.at - 20 || from > newLife.at + 20,
      ),
      newLives: lives,
      databaseClock: { min: CLOCK_MS - 10, max: CLOCK_MS + 10 },
      rows: this.#store.rows(this.#clock(this.#now)),
      told: this.#told,
      toldInFull: ['event', 'audit'],
      replaysMayRevoke: habits.revokesOnReplay,
      cleanedBeforeMs: habits.isCleaned ? this.#clock(this.#now) - 60_000 : null,
    };
  }

  #clock(at: number): number {
    return at + CLOCK_MS + this.#plan.clockError;
  }

  #schedule(at: number, run: () => void): void {
    const later = this.#steps.findIndex((step) => step.at > at);
    this.#steps.splice(later === -1 ? this.#steps.length : later, 0, { at, run });
  }

  #runAll(): void {
    for (let step = this.#steps.shift(); step !== undefined; step = this.#steps.shift()) {
      this.#now = step.at;
      step.run();
    }
  }

  #begin(call: PlannedCall): void {
    const request = this.#request(call);
    if (request === undefined) return;
    const invokedAt = this.#now;
    const completedAt = invokedAt + call.took;
    const isHealthy = this.#plan.healthy.some(({ from, to }) => from <= invokedAt && completedAt <= to);
    const fate = isHealthy ? 'answered' : call.fate;
    const finish = (outcome: Outcome): void => {
      this.#operations.push({ id: `w-${this.#operations.length}`, request, invokedAt, completedAt, outcome });
      if (outcome.kind === 'ok' && outcome.answer.verb === 'issue' && request.verb === 'issue') {
        this.#known.push(request);
        this.#tokens.push(outcome.answer.token);
      }
    };
    if (!isHealthy) {
      for (const part of call.strays)
        this.#try(call, request, { invokedAt, at: invokedAt + call.took * part });
    }
    const answeredAt = invokedAt + call.took * ((1 + (call.pick % 97)) / 100);
    if (fate === 'answered') {
      this.#try(call, request, {
        invokedAt,
        at: answeredAt,
        answer: (outcome) => {
          this.#schedule(completedAt, () => {
            finish(hideAsHttp(call, outcome));
          });
        },
      });
      return;
    }
    if (fate !== 'never sent') this.#try(call, request, { invokedAt, at: answeredAt });
    this.#schedule(completedAt, () => {
      finish(fate === 'store_unavailable' ? { kind: 'refused', code: fate } : { kind: 'unknown', why: fate });
    });
  }

  /** One try of a call. Where it gives no answer, its events may get lost as well. */
  #try(
    call: PlannedCall,
    request: Request,
    { invokedAt, at, answer }: { invokedAt: number; at: number; answer?: (outcome: Outcome) => void },
  ): void {
    const isTold = answer !== undefined || call.pick % 2 === 0;
    this.#schedule(at, () => {
      const judgedAt = Math.max(invokedAt, at - (call.pick % 20));
      const newToken = `token ${this.#made++}`;
      const attempt = { judgedAtMs: this.#clock(judgedAt), atMs: this.#clock(at), newToken };
      const outcome = this.#store.run(request, attempt, (name, token, isRetry = false) => {
        const tokenHash = hashOf(token);
        if (!isTold) return;
        this.#told.push({ where: 'event', name, tokenHash, isRetry, at });
        const isInAudit = this.#told.some(
          (one) => one.where === 'audit' && one.name === name && one.tokenHash === tokenHash,
        );
        if (!isInAudit) this.#told.push({ where: 'audit', name, tokenHash, isRetry: false, at });
      });
      answer?.(outcome);
    });
  }

  #request(call: PlannedCall): Request | undefined {
    const { verb, user: userId, verifier: codeVerifier, ttlMs, redemptionId, redeemed } = call;
    if (verb === 'issue') return { verb, userId, targetApp: 'hi-events', codeVerifier, ttlMs };
    if (verb === 'revokeAll') return { verb, userId };
    // Of the last three, now and then one that was never issued.
    const index = call.pick % 20 === 0 ? -1 : Math.max(0, this.#known.length - 1 - (call.pick % 3));
    const issued = this.#known[index];
    const token = this.#tokens[index] ?? 'forged';
    if (verb === 'revoke') return { verb, token };
    const wrong = VERIFIERS.find((other) => other !== issued?.codeVerifier) ?? 'guess';
    const shown = {
      token,
      targetApp: call.proofs === 'wrong target' ? 'elsewhere' : 'hi-events',
      codeVerifier: call.proofs === 'wrong verifier' ? wrong : (issued?.codeVerifier ?? null),
    };
    if (verb === 'redeem') return { verb, redemptionId, ...shown };
    return call.isHttp ? { verb, redeemed, ...shown } : { verb, redemptionId, ...shown };
  }
}

/** What HTTP leaves out. */
function hideAsHttp({ isHttp }: PlannedCall, outcome: Outcome): Outcome {
  if (!isHttp) return outcome;
  if (outcome.kind === 'refused') return { kind: 'refused', code: 'invalid_token' };
  if (outcome.kind !== 'ok' || !('person' in outcome.answer)) return outcome;
  return { kind: 'ok', answer: { ...outcome.answer, usedAtMs: null } };
}
