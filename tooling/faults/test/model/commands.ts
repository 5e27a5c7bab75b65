import { setTimeout as sleep } from 'node:timers/promises';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { databaseNow } from '../../src/run/database-now.js';
import { challengeOf, proofsOf } from '../../src/workload/proofs.js';
import { judge, TARGET_APP } from './model.js';
import type { ModelToken } from './model.js';
import { answerOf } from './real.js';
import type { Real } from './real.js';

export type Model = ModelToken[];
type Command = fc.AsyncCommand<Model, Real>;

const USERS = ['1', '2'];
const VERIFIERS = ['a'.repeat(43), 'b'.repeat(43)];
const ITS_OWN = Symbol('its own');
const SHORT_SECONDS = 1;
const LONG_SECONDS = 600;

const issue = (userId: string, codeVerifier: string | null, ttlSeconds: number): Command => ({
  check: () => true,
  run: async (model, { sessions, tokens }) => {
    const codeChallenge = codeVerifier === null ? undefined : challengeOf(codeVerifier);
    const { token, session } = await sessions.issue({
      ...{ userId, targetApp: TARGET_APP, ttlSeconds, codeChallenge },
    });
    tokens.push(token);
    model.push({
      ...{ userId, codeVerifier, expiresAtMs: session.expiresAt.getTime() },
      ...{ redemptionId: null, isRevoked: false },
    });
  },
  toString: () => `issue(user ${userId}, ${codeVerifier?.at(0) ?? 'unbound'}, ${ttlSeconds} s)`,
});

/** A redeem, or an inspect where there is no redemption id. */
interface Shown {
  readonly at: number;
  readonly targetApp: string;
  readonly codeVerifier: string | null | typeof ITS_OWN;
  readonly redemptionId: string | null;
}

/** At once, so that they may share a statement: each of another token, so that the order does not matter. */
const show = (all: readonly Shown[]): Command => ({
  check: (model) => model.length > 0,
  run: async (model, real) => {
    const apart = new Map(all.map((shown) => [shown.at % model.length, shown]));
    await Promise.all([...apart.values()].map((shown) => showOne(model, real, shown)));
  },
  toString: () => `show(${all.map((shown) => inspect(shown, { breakLength: Infinity })).join(', ')})`,
});

async function showOne(model: Model, { sessions, knex, tokens }: Real, shown: Shown): Promise<void> {
  const { token, of } = pick(model, tokens, shown.at);
  const { targetApp, redemptionId } = shown;
  const codeVerifier = shown.codeVerifier === ITS_OWN ? of.codeVerifier : shown.codeVerifier;
  const proofs = { targetApp, codeVerifier };
  const before = judge(of, proofs, { nowMs: await databaseNow(knex), redemptionId });
  const { verdict, userId } = await answerOf(
    redemptionId === null
      ? sessions.inspect(token, proofsOf(proofs))
      : sessions.redeem(token, { ...proofsOf(proofs), redemptionId }),
  );
  const after = judge(of, proofs, { nowMs: await databaseNow(knex), redemptionId });
  // They differ where it expired meanwhile.
  expect([before, after]).toContain(verdict);
  if (verdict !== 'ok') return;
  expect(userId).toBe(of.userId);
  if (redemptionId !== null) of.redemptionId = redemptionId;
}

const revoke = (at: number): Command => ({
  check: (model) => model.length > 0,
  run: async (model, { sessions, tokens }) => {
    const { token, of } = pick(model, tokens, at);
    await sessions.revoke(token);
    of.isRevoked = true;
  },
  toString: () => `revoke(${at})`,
});

const revokeAll = (userId: string): Command => ({
  check: (model) => model.length > 0,
  run: async (model, { sessions }) => {
    await sessions.revokeAll({ userId });
    for (const of of model) if (of.userId === userId) of.isRevoked = true;
  },
  toString: () => `revokeAll(user ${userId})`,
});

/** Until what lives for a short time has expired. */
const wait = (): Command => ({
  check: (model) => model.some(({ expiresAtMs }) => expiresAtMs < Date.now() + 10_000),
  run: async (model, { knex }) => {
    const shortLived = model.map(({ expiresAtMs }) => expiresAtMs).filter((ms) => ms < Date.now() + 10_000);
    const leftMs = Math.max(...shortLived) - (await databaseNow(knex));
    if (leftMs >= 0) await sleep(leftMs + 1);
  },
  toString: () => 'wait()',
});

function pick(model: Model, tokens: readonly string[], at: number): { token: string; of: ModelToken } {
  const index = at % model.length;
  const [token, of] = [tokens[index], model[index]];
  if (token === undefined || of === undefined) throw new RangeError(`there is no token ${at}`);
  return { token, of };
}

const user = fc.constantFrom(...USERS);
const token = fc.nat({ max: 7 });
const verifier = fc.option(fc.constantFrom(...VERIFIERS), { freq: 2 });
const shown: fc.Arbitrary<Shown> = fc.record(
  {
    at: token,
    targetApp: mostly(TARGET_APP, fc.constant('tickets')),
    codeVerifier: mostly(ITS_OWN, verifier),
    // Few, so that the same one comes again.
    redemptionId: fc.option(
      fc.nat({ max: 3 }).map((digit) => `${digit}0000000-0000-4000-8000-000000000000`),
      { freq: 4 },
    ),
  },
  { noNullPrototype: true },
);

function mostly<Usual, Other>(usual: Usual, other: fc.Arbitrary<Other>): fc.Arbitrary<Usual | Other> {
  return fc.oneof({ weight: 4, arbitrary: fc.constant(usual) }, other);
}

/** In whatever order: what apps and people may do. `wait` costs a second or two each time. */
export function commands({ waits }: { readonly waits: boolean }): fc.Arbitrary<Iterable<Command>> {
  const ttl = waits ? fc.constantFrom(SHORT_SECONDS, LONG_SECONDS) : fc.constant(LONG_SECONDS);
  const some: fc.Arbitrary<Command>[] = [
    fc.tuple(user, verifier, ttl).map((args) => issue(...args)),
    fc.array(shown, { minLength: 1, maxLength: 6 }).map(show),
    fc.array(shown, { minLength: 1, maxLength: 6 }).map(show),
    fc.oneof({ weight: 4, arbitrary: token.map(revoke) }, user.map(revokeAll)),
  ];
  return fc.commands(waits ? [...some, fc.constant(wait())] : some, { maxCommands: 40, size: 'max' });
}
