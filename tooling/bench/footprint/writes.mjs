import { FULL } from '../common/database.mjs';
import { inTurn } from '../common/numbers.mjs';
import { tableStatistics } from '../common/table-statistics.mjs';
import { must } from '../verbs/by-calls.mjs';
import { onTable } from './on-table.mjs';
import { asIssued, asPeopleCome } from './order.mjs';

/** The tables, and how their tokens are redeemed. */
const TABLES = {
  'with room': { order: asPeopleCome },
  'with room, as issued': { order: asIssued },
  'to the brim': { order: asPeopleCome, fillfactor: 100 },
  "the seed's": { order: asPeopleCome, isSeed: true },
};

const CASES = [
  ...['batched', 'single', 'hand-written'].map((rival) => ({ rival, table: 'with room' })),
  ...['batched', 'single'].map((rival) => ({ rival, table: 'with room, as issued' })),
  ...['batched', 'single'].map((rival) => ({ rival, table: 'to the brim' })),
  { rival: 'hand-written', table: "the seed's" },
];

/** Bytes of WAL of an issue and of a redeem, right after a checkpoint and not, and the share of HOT updates. */
export async function measureWrites(server, round, { options, cases }) {
  if (round === 0) cases.push(...CASES.map((each) => ({ ...each, rounds: [] })));
  for (const each of inTurn(cases, round)) each.rounds.push(await measureCase(server, each, options));
}

function measureCase(server, { rival, table: name }, { calls: count, inFlight }) {
  const { order, ...kind } = TABLES[name];
  return onTable({ server, template: FULL, rival, inFlight, ...kind }, async ({ knex, calls, run }) => {
    const issue = () => walOf(knex, () => run(count, calls.issue));
    const redeem = (tokens) => walOf(knex, () => run(count, (n) => calls.redeem(tokens[n])));

    await knex.raw('CHECKPOINT');
    const first = await issue();
    const second = await issue();
    const before = await tableStatistics(knex);
    const redeemed = await redeem(order(second.answers));
    await knex.raw('CHECKPOINT');
    const redeemedAfter = await redeem(order(first.answers));
    const after = await tableStatistics(knex);
    const updates = after.updates - before.updates;
    must(updates === 2 * count, `redeem, which wrote ${updates} rows,`);
    return {
      calls: count,
      issueWal: second.bytes / count,
      issueWalAfterCheckpoint: first.bytes / count,
      redeemWal: redeemed.bytes / count,
      redeemWalAfterCheckpoint: redeemedAfter.bytes / count,
      hotShare: (after.hotUpdates - before.hotUpdates) / updates,
    };
  });
}

async function walOf(knex, work) {
  const from = await position(knex);
  const answers = await work();
  return { answers, bytes: (await position(knex)) - from };
}

async function position(knex) {
  const { rows } = await knex.raw("SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn AS position");
  return Number(rows[0].position);
}
