// A process of the workload, the app of somebody who uses the packages. Its parent forks it with settings, tells it the
// tokens of others, and kills it when it likes.
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createAuditLog, createCrossAppSessions } from '@cross-app/core';
import type { DatabaseSessions, StoredSession } from '@cross-app/core';
import { createCrossAppClient } from '@cross-app/sdk';
import { createPool } from './pool.js';
import { now, Recorder } from '../history/recorder.js';
import type { RowOfEvent } from '../history/recorder.js';
import { seededRandom } from '../random.js';
import { act, TARGET_APP } from './actor.js';
import { KnownTokens } from './known-tokens.js';
import type { KnownToken } from './known-tokens.js';
import { RecordedVerbs } from './recorded-verbs.js';
import { ENDED_BY_DRIVER } from './settings.js';
import type { WorkerSettings } from './settings.js';

const settings = JSON.parse(process.argv[3] ?? '') as WorkerSettings;
const { name, folder, seed, actors, users, issuer, poolSize, timeoutMs, prepare } = settings;

const recorder = new Recorder(join(folder, `${name}.jsonl`));
const knex = createPool(settings);
const known = new KnownTokens();
const ended = new AbortController();

const batched = createCrossAppSessions({ knex, appId: 'tuvens', timeoutMs, prepare });
const single = createCrossAppSessions({ knex, appId: 'tuvens', timeoutMs, prepare, batch: false });
const audit = createAuditLog({ knex });
for (const sessions of [batched, single]) {
  tellEvents(sessions);
  audit.watch(sessions);
}

const ways: [RecordedVerbs, ...RecordedVerbs[]] = [
  new RecordedVerbs(batched, recorder, `${name}/batched`),
  new RecordedVerbs(single, recorder, `${name}/single`),
];
if (issuer !== null) {
  const { url: baseUrl, secret } = issuer;
  const client = createCrossAppClient({ baseUrl, appId: TARGET_APP, secret, timeoutMs, retries: 1 });
  ways.push(new RecordedVerbs(client, recorder, `${name}/http`));
}

function tellEvents(sessions: DatabaseSessions): void {
  const rowOf = ({ id, createdAt }: StoredSession): RowOfEvent => ({ id, createdAtMs: createdAt.getTime() });
  sessions.on('issued', ({ session }) => {
    tell('issued', rowOf(session), false);
  });
  sessions.on('redeemed', ({ session, isRetry }) => {
    tell('redeemed', rowOf(session), isRetry);
  });
  sessions.on('replayed', ({ sessionId, usedAt }) => {
    tell('replayed', { id: sessionId, usedAtMs: usedAt.getTime() }, false);
  });
}

function tell(event: 'issued' | 'redeemed' | 'replayed', row: RowOfEvent, isRetry: boolean): void {
  recorder.write({ kind: 'told', where: 'event', name: event, row, isRetry, at: now() });
}

process.on('message', (message) => {
  if (message === 'end') ended.abort();
  else if (isHold(message)) void holdPool(message.holdMs);
  else known.add(message as KnownToken);
});
// Where the server's half of a message was lost, PgBouncer sends its own error after the first half, and pg takes both for
// one message. What it throws then no app can catch: it ends, as if it had been killed.
process.on('uncaughtException', (error) => {
  if (!(error instanceof RangeError && error.stack?.includes('pg-protocol') === true)) throw error;
  recorder.write({ kind: 'killed', process: name });
  process.exit(ENDED_BY_DRIVER);
});
// Without its parent nobody would end it.
process.on('disconnect', () => process.exit(1));

function isHold(message: unknown): message is { readonly holdMs: number } {
  return typeof message === 'object' && message !== null && 'holdMs' in message;
}

async function holdPool(ms: number): Promise<void> {
  const hold = async (): Promise<void> => {
    const trx = await knex.transaction();
    await sleep(ms);
    await trx.rollback();
  };
  await Promise.allSettled(Array.from({ length: poolSize }, hold));
}

async function run(): Promise<void> {
  const scene = (number: number) => ({
    ways,
    known,
    users,
    share: (made: KnownToken) => process.send?.(made),
    random: seededRandom(seed + number),
  });
  process.send?.('ready');
  await Promise.all(Array.from({ length: actors }, (_, number) => act(scene(number), ended.signal)));
  await recorder.synced();
  recorder.close();
  await audit.close();
  await knex.destroy();
  process.exit(0);
}

void run();
