import { randomBytes } from 'node:crypto';
import { makeToken } from '@cross-app/protocol';
import type { Knex } from 'knex';
import { createCrossAppSessions } from '../../src/index.js';
import { openKnex } from '../database.js';
import { explain, listenTo, scansOfSessions } from '../sent.js';
import type { PlanNode, Sent } from '../sent.js';
import { migrateWithUsers, openScratch, partitions, target } from './scratch.js';
import type { Scratch } from './scratch.js';

const ROWS = 20_000;
const BATCH = 8;

let scratch: Scratch;
let listened: Knex;
let sent: Sent[];
beforeEach(async () => {
  scratch = await openScratch();
  await migrateWithUsers(scratch.knex, { layout: 'partitioned' });
  for (const partition of await partitions(scratch.knex)) {
    await scratch.knex.raw('ALTER TABLE ?? SET (autovacuum_enabled = off)', [partition]);
  }
  listened = openKnex(scratch.url);
  sent = listenTo(listened);
});
afterEach(async () => {
  await listened.destroy();
  await scratch.close();
});

/** Rows that can be redeemed, one after the other or all at the same moment. */
async function fill(apart: '1 millisecond' | '0'): Promise<void> {
  await scratch.knex.raw(
    `INSERT INTO cross_app_sessions (token_hash, user_id, expires_at)
     SELECT encode(sha256(n::text::bytea), 'hex'), 11,
            date_trunc('second', now()) + interval '10 minutes' + n * ?::interval
     FROM generate_series(1, ${ROWS}) n`,
    [apart],
  );
}

async function analyse(): Promise<void> {
  await scratch.knex.raw('VACUUM ANALYZE cross_app_sessions');
}

const FILLED: readonly [string, () => Promise<void>][] = [
  ['was vacuumed when it was empty', () => analyse().then(() => fill('0'))],
  ['has never been analysed', () => fill('0')],
  ['is analysed, and no two expire at the same moment', () => fill('1 millisecond').then(() => analyse())],
  ['is analysed, and all expire at the same moment', () => fill('0').then(() => analyse())],
];

const unknown = (): string =>
  makeToken({ randomBytes: randomBytes(32), expiresAtSeconds: Math.floor(Date.now() / 1000) + 600 });

interface NamedStatement {
  readonly name: string;
  readonly tokens: number;
  readonly statement: Sent;
}

/** What redeems of a lone token and of a batch send, and those that are refused: as used, and as unknown. */
async function redeemAll(): Promise<NamedStatement[]> {
  const sessions = createCrossAppSessions({ knex: listened, appId: 'tuvens' });
  const issue = async (): Promise<string> => (await sessions.issue({ userId: 11, ...target })).token;
  const lone = [await issue()];
  const batch = await Promise.all(Array.from({ length: BATCH }, issue));
  const redeem = async (name: string, tokens: readonly string[]): Promise<NamedStatement[]> => {
    sent.length = 0;
    await Promise.allSettled(tokens.map((token) => sessions.redeem(token, target)));
    return sent.map((statement) => ({ name, tokens: tokens.length, statement }));
  };
  const statements = [
    ...(await redeem('lone', lone)),
    ...(await redeem('lone, used', lone)),
    ...(await redeem('lone, unknown', lone.map(unknown))),
    ...(await redeem('batch', batch)),
    ...(await redeem('batch, used', batch)),
    ...(await redeem('batch, unknown', batch.map(unknown))),
  ];
  expect(statements).toHaveLength(1 + 2 + 2 + 1 + 3 + 2);
  await scratch.knex('cross_app_sessions').update({ used_at: null, redemption_id: null });
  return statements;
}

const readBy = (scan: PlanNode): number =>
  (scan['Actual Rows'] + (scan['Rows Removed by Filter'] ?? 0)) * scan['Actual Loops'];

describe.each(['custom', 'generic'] as const)('with %s plans', (plans) => {
  it.each(FILLED)(
    'no other rows are read than those of the tokens when the table %s',
    async (_name, prepare) => {
      await prepare();
      for (const { name, tokens, statement } of await redeemAll()) {
        const scans = scansOfSessions(await explain(scratch.knex, statement, plans));
        const read = scans.reduce((sum, scan) => sum + readBy(scan), 0);
        // Once to find the row, and once to change it.
        const isBounded = read <= (name.endsWith('unknown') ? 0 : 2 * tokens);
        expect({ name, isBounded, read }).toEqual({ name, isBounded: true, read });
      }
    },
  );
});
