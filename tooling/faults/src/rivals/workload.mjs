// `node workload.mjs RIVAL DATABASE_URL FILE TOKENS`: several redeem each token at once, and everything is written down as
// the workload of our own writes it. A process of its own, for what it loads is ESM.
import { randomUUID } from 'node:crypto';
import { appendFileSync } from 'node:fs';

const RIVALS = {
  naive: async () => (await import('./naive.mjs')).openNaive,
  'better-auth': async () => (await import('./better-auth.mjs')).openBetterAuth,
};
const AT_A_TIME = 4;
const RACERS = 4;
const TTL_MS = 600_000;
const TARGET_APP = 'hi-events';

const [name, databaseUrl, file, tokens] = process.argv.slice(2);
const open = await RIVALS[name]();
const rival = await open(databaseUrl, { ttlMs: TTL_MS });
let count = 0;

const now = () => Number(process.hrtime.bigint()) / 1e6;
const write = (line) => appendFileSync(file, `${JSON.stringify(line)}\n`);

// Close enough to read a story by.
const clock = Date.now() - now();
write({ kind: 'clock', min: clock - 1, max: clock + 1 });

async function record(request, call) {
  const id = `${name}:${(count += 1)}`;
  write({ kind: 'invoked', id, at: now(), request });
  const outcome = await call().then(
    (answer) => ({ kind: 'ok', answer }),
    () => ({ kind: 'refused', code: 'invalid_token' }),
  );
  write({ kind: 'completed', id, at: now(), outcome });
  return outcome;
}

async function issueAndRace() {
  const userId = rival.userId;
  const issue = { verb: 'issue', userId, targetApp: TARGET_APP, codeVerifier: null, ttlMs: TTL_MS };
  const expiresAtMs = Date.now() + TTL_MS;
  const { answer } = await record(issue, async () => ({
    verb: 'issue',
    token: await rival.issue(),
    expiresAtMs,
  }));
  const redeem = { verb: 'redeem', token: answer.token, targetApp: TARGET_APP, codeVerifier: null };
  const racers = Array.from({ length: RACERS }, () =>
    record({ ...redeem, redemptionId: randomUUID() }, async () => {
      await rival.redeem(answer.token);
      return { verb: 'redeem', userId, person: userId, usedAtMs: null, expiresAtMs };
    }),
  );
  await Promise.all(racers);
}

const work = Array.from({ length: Number(tokens) }).values();
await Promise.all(
  Array.from({ length: AT_A_TIME }, async () => {
    while (!work.next().done) await issueAndRace();
  }),
);
await rival.close();
