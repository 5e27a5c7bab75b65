import { setTimeout as sleep } from 'node:timers/promises';
import type { Outcome } from '../history/history.js';
import type { Random } from '../random.js';
import type { KnownToken, KnownTokens } from './known-tokens.js';
import { pickOne, pickWeighted, randomText, randomUuid } from './pick.js';
import type { RecordedVerbs } from './recorded-verbs.js';

/** What an actor has to do with. */
export interface Scene {
  /** The ways to redeem: in the database, in batches and not, and over HTTP. Issues go by the first. */
  readonly ways: readonly [RecordedVerbs, ...RecordedVerbs[]];
  readonly known: KnownTokens;
  /** Tells the other processes. */
  readonly share: (known: KnownToken) => void;
  readonly users: readonly string[];
  readonly random: Random;
}

export const TARGET_APP = 'hi-events';
const OTHER_APP = 'tickets';
const LIVES_MS = [1_000, 5_000, 60_000, 900_000];
const MAX_TRIES = 8;

/** Somebody who does one thing after the other with tokens, until `ended` is aborted. */
export async function act(scene: Scene, ended: AbortSignal): Promise<void> {
  while (!ended.aborted) {
    await pickWeighted(ACTIONS, scene.random).action(scene);
    await sleep(scene.random() * 20);
  }
}

type Action = (scene: Scene) => Promise<unknown>;

const ACTIONS: readonly { readonly weight: number; readonly action: Action }[] = [
  { weight: 30, action: issue },
  { weight: 30, action: redeemOne },
  { weight: 10, action: race },
  { weight: 6, action: showWrongProof },
  { weight: 12, action: inspectOne },
  { weight: 4, action: revokeOne },
  { weight: 0.2, action: revokeAllOfOne },
];

async function issue(scene: Scene): Promise<void> {
  const { random, users, ways, known, share } = scene;
  const userId = pickOne(users, random);
  const codeVerifier = random() < 0.5 ? null : randomText(43, random);
  const ttlMs = pickOne(LIVES_MS, random);
  const outcome = await ways[0].issue({ userId, targetApp: TARGET_APP, codeVerifier, ttlMs });
  if (outcome.kind !== 'ok' || outcome.answer.verb !== 'issue') return;
  const made = { token: outcome.answer.token, userId, targetApp: TARGET_APP, codeVerifier };
  known.add(made);
  share(made);
}

/** As the SDK does: again under the same redemption id, until somebody says yes or no. */
async function redeemOne(scene: Scene): Promise<void> {
  const { known, random } = scene;
  const picked = known.pick(random);
  if (picked === undefined) return;
  const redemptionId = randomUuid(random);
  const outcome = await redeemUntilKnown(scene, picked, redemptionId);
  // The answer came, and was lost further on; or somebody else has the token as well.
  if (outcome.kind === 'ok' && random() < 0.3) await redeemUntilKnown(scene, picked, redemptionId);
  if (random() < 0.3) await redeemUntilKnown(scene, picked, randomUuid(random));
}

async function redeemUntilKnown(scene: Scene, picked: KnownToken, redemptionId: string): Promise<Outcome> {
  const { random, ways } = scene;
  for (let tries = 1; ; tries++) {
    const outcome = await pickOne(ways, random).redeem({ ...picked, redemptionId });
    if (outcome.kind !== 'unknown' || tries === MAX_TRIES) return outcome;
    await sleep(random() * 100 * tries);
  }
}

async function race(scene: Scene): Promise<void> {
  const { known, random } = scene;
  const picked = known.pick(random);
  if (picked === undefined) return;
  const racers = Array.from({ length: 2 + Math.floor(random() * 5) }, () => randomUuid(random));
  await Promise.all(racers.map((redemptionId) => redeemUntilKnown(scene, picked, redemptionId)));
}

async function showWrongProof({ known, random, ways }: Scene): Promise<void> {
  const picked = known.pick(random);
  if (picked === undefined) return;
  const wrong = random() < 0.5 ? { targetApp: OTHER_APP } : { codeVerifier: randomText(43, random) };
  // The way over HTTP knows no other app: its secret says which one it is.
  const way = pickOne(ways.slice(0, 2), random);
  await way.redeem({ ...picked, ...wrong, redemptionId: randomUuid(random) });
}

async function inspectOne({ known, random, ways }: Scene): Promise<void> {
  const picked = known.pick(random);
  if (picked !== undefined) await pickOne(ways, random).inspect(picked);
}

async function revokeOne({ known, random, ways }: Scene): Promise<void> {
  const picked = known.pick(random);
  if (picked !== undefined) await ways[0].revoke(picked.token);
}

async function revokeAllOfOne({ random, ways, users }: Scene): Promise<void> {
  await ways[0].revokeAll(pickOne(users, random));
}
