import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import type { Readable } from 'node:stream';
import { openHandoffs } from '../handoffs.js';
import type { Handoffs } from '../handoffs.js';
import { runAndKill, startCommand } from '../kill.js';

const BATCH = 250;
const ROWS = 24 * BATCH;
const REVOKE = ['revoke', '--all', '--batch-size', String(BATCH)];
// From the first statement to past the last one, on a machine that may be busy.
const DELAYS_MS = [0, 40, 80, 120, 200];

function pipe(stream: Readable | null): Readable {
  if (stream === null) throw new TypeError('the process has no such pipe');
  return stream;
}

async function untilItSays(stream: Readable, words: string): Promise<void> {
  let said = '';
  for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
    said += String(chunk);
    if (said.includes(words)) return;
  }
  throw new Error(`it has ended, and said only: ${said}`);
}

describe.each(['plain', 'partitioned'])('cross-app revoke --all on a %s layout', (layout) => {
  let handoffs: Handoffs;
  const cleanUps: (() => unknown)[] = [];
  beforeEach(async () => {
    handoffs = await openHandoffs(layout);
    await handoffs.knex.raw(
      `INSERT INTO cross_app_sessions (token_hash, user_id, expires_at)
       SELECT encode(sha256(number::text::bytea), 'hex'), 1, now() - number * interval '30 seconds'
       FROM generate_series(1, ?::int) AS number`,
      [ROWS],
    );
  });
  afterEach(async () => {
    // What is still open after a failure would keep everybody from ending.
    for (const cleanUp of cleanUps.splice(0)) await cleanUp();
    await handoffs.close();
  });

  /** How many have another `revoked_at` than when this was last asked, or none any more. */
  async function countChanged(): Promise<number> {
    const { rows } = await handoffs.knex.raw<{ rows: [{ changed: number }] }>(
      `SELECT count(*)::int AS changed FROM seen WHERE NOT EXISTS (
         SELECT FROM cross_app_sessions now WHERE now.id = seen.id AND now.revoked_at = seen.revoked_at)`,
    );
    await handoffs.knex.raw(
      'TRUNCATE seen; INSERT INTO seen SELECT id, revoked_at FROM cross_app_sessions WHERE revoked_at IS NOT NULL',
    );
    return rows[0].changed;
  }

  it('leaves whole batches when it is killed, whenever that is, and goes on with the rest', async () => {
    await handoffs.knex.raw('CREATE TABLE seen (id bigint PRIMARY KEY, revoked_at timestamptz)');
    const runs = [];
    for (const delayMs of DELAYS_MS) {
      runs.push(await runAndKill(handoffs, REVOKE, delayMs));
      expect((await handoffs.countRevoked()) % BATCH).toBe(0);
      expect(await countChanged()).toBe(0);
    }
    expect(runs.filter(({ wasKilled }) => wasKilled).length).toBeGreaterThanOrEqual(2);
    const left = ROWS - (await handoffs.countRevoked());
    const { out } = await handoffs.crossApp('revoke', '--all', '--json');
    expect(JSON.parse(out)).toEqual({ revoked: left, outcome: 'done', dryRun: false });
    expect(await handoffs.countRevoked()).toBe(ROWS);
    expect(await countChanged()).toBe(0);
  });

  it('stops at Ctrl-C after the batch under way, and says what it has done', async () => {
    // Somebody holds a row of the last batch, so that it cannot have ended before.
    const holder = await handoffs.knex.transaction();
    cleanUps.push(() => holder.rollback());
    await holder('cross_app_sessions').orderBy('expires_at').limit(1).forUpdate();
    const child = startCommand(handoffs.url, [...REVOKE, '--json']);
    cleanUps.push(() => child.kill('SIGKILL'));
    const closed = once(child, 'close');
    const out = text(pipe(child.stdout));
    while ((await handoffs.countRevoked()) < ROWS - BATCH) await new Promise((r) => setTimeout(r, 20));
    child.kill('SIGINT');
    // On a slow machine there are lines of progress before it.
    await untilItSays(pipe(child.stderr), 'stopping after the current batch');
    await holder.rollback();
    expect((await closed)[0]).toBe(130);
    expect(JSON.parse(await out)).toEqual({ revoked: ROWS, outcome: 'interrupted', dryRun: false });
    expect(await handoffs.countRevoked()).toBe(ROWS);
  });
});
