import { inTurn } from '../common/numbers.mjs';
import { tableStatistics } from '../common/table-statistics.mjs';
import { must } from '../verbs/by-calls.mjs';
import { openGrownTable, RIVALS } from './grown-table.mjs';

// Whoever fills a table has all connections plan their statements anew.
const WARMING_UP = 100;

/**
 * Redeem in a table of every size and layout, round for round.
 * `{ cases: [{ verb, layout, rows, rival, inFlight, rounds: [{ calls, seconds, hits, reads, hotShare }, …] }, …] }`
 */
export async function measureGrowth(server, options) {
  const tables = [];
  try {
    for (const layout of options.layouts) {
      for (const rows of options.rows) {
        console.error(`filling ${rows} rows, ${layout}`);
        tables.push(await openGrownTable(server.url, { layout, rows }));
      }
    }
    return { cases: await measureRounds(tables, options) };
  } finally {
    await Promise.all(tables.map(({ knex }) => knex.destroy()));
  }
}

async function measureRounds(tables, { rounds, calls, inFlight: counts }) {
  const cases = counts.flatMap((inFlight) =>
    Object.keys(RIVALS).flatMap((rival) => tables.map((table) => caseOf(table, rival, inFlight))),
  );
  for (let round = 0; round <= rounds; round++) {
    for (const { table, of } of inTurn(cases, round)) {
      const numbers = await measureTurn(table, { ...of, calls });
      if (round > 0) of.rounds.push(numbers); // the first one warms up
    }
  }
  return cases.map(({ of }) => of);
}

function caseOf(table, rival, inFlight) {
  const { layout, rows } = table;
  return { table, of: { verb: 'redeem', layout, rows, rival, inFlight, rounds: [] } };
}

/** Tokens are issued into the table as it is, and redeemed. */
async function measureTurn({ knex, rivals, keepSize }, { rival, inFlight, calls }) {
  const { issue, redeem } = rivals[rival];
  await keepSize(calls + WARMING_UP);
  await issue({ calls: WARMING_UP, inFlight });
  await redeem({ calls: WARMING_UP, inFlight });
  await knex.raw('CHECKPOINT');
  await issue({ calls, inFlight });
  const before = await tableStatistics(knex);
  const { seconds } = await redeem({ calls, inFlight });
  const after = await tableStatistics(knex);
  const updates = after.updates - before.updates;
  must(updates === calls, `redeem, which wrote ${updates} rows,`);
  return {
    calls,
    seconds,
    hits: after.hits - before.hits,
    reads: after.reads - before.reads,
    hotShare: (after.hotUpdates - before.hotUpdates) / calls,
  };
}
