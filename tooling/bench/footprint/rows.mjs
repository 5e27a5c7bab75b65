import { EMPTY } from '../common/database.mjs';
import { tableStatistics } from '../common/table-statistics.mjs';
import { must } from '../verbs/by-calls.mjs';
import { onTable } from './on-table.mjs';
import { asIssued, asPeopleCome } from './order.mjs';

const ORDERS = { 'as people come': asPeopleCome, 'as issued': asIssued };

/** Bytes on disk of a row, when it is issued and when it is redeemed: of ours, of the seed's, and by fillfactor. */
export async function measureRows(server, round, { options, cases }) {
  if (round === 0) cases.push(...casesOf(options));
  for (const each of cases) each.rounds.push(await measureCase(server, each, options));
}

function casesOf({ fillfactors }) {
  const order = 'as people come';
  return [
    { table: 'ours', rival: 'batched', order, rounds: [] },
    { table: "the seed's", rival: 'hand-written', isSeed: true, order, rounds: [] },
    ...fillfactors.flatMap((fillfactor) =>
      Object.keys(ORDERS).map((name) => ({ fillfactor, rival: 'batched', order: name, rounds: [] })),
    ),
  ];
}

function measureCase(server, { order, ...kind }, { calls: count, inFlight }) {
  return onTable({ server, template: EMPTY, inFlight, ...kind }, async ({ knex, table, calls, run }) => {
    const tokens = ORDERS[order](await run(count, calls.issue));
    const issued = await bytesOf(knex, table, count);
    const started = performance.now();
    await run(count, (n) => calls.redeem(tokens[n]));
    const seconds = (performance.now() - started) / 1000;
    const { updates, hotUpdates } = await tableStatistics(knex);
    must(updates === count, `redeem, which wrote ${updates} rows,`);
    return {
      calls: count,
      seconds,
      issued,
      redeemed: await bytesOf(knex, table, count),
      hotShare: hotUpdates / updates,
    };
  });
}

/**
 * `{ heap, <name of an index>, … }`, for one row. Of the heap the pages that have a row: where several connections need
 * one, PostgreSQL makes many at once, and of those the last ones are still empty.
 */
async function bytesOf(knex, table, count) {
  const { rows } = await knex.raw(
    `SELECT 'heap' AS name, 8192 * count(DISTINCT (ctid::text::point)[0])::float8 AS bytes FROM ${table}
     UNION ALL
     SELECT regexp_replace(relname, '^(idx_|)cross_app_sessions_', ''), pg_relation_size(oid)::float8
     FROM pg_index JOIN pg_class ON oid = indexrelid WHERE indrelid = ?::regclass`,
    [table],
  );
  return Object.fromEntries(rows.map(({ name, bytes }) => [name, bytes / count]));
}
