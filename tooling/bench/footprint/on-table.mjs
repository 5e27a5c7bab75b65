import { onCopy } from '../common/database.mjs';
import { openKnexPool } from '../verbs/pools.mjs';
import { RIVALS } from './rivals.mjs';
import { addSeedTable, SEED_TABLE } from './seed-table.mjs';

const OUR_TABLE = 'cross_app_sessions';

/**
 * Runs the work on a copy of a template in which the rival has its table, with another fillfactor if one is given.
 * `work({ knex, table, calls, run })`, where `run(count, call)` has so many calls in flight, and gives what they gave.
 */
export function onTable({ server, template, rival, isSeed = false, fillfactor, inFlight }, work) {
  const table = isSeed ? SEED_TABLE : OUR_TABLE;
  return onCopy(server.url, template, async (url) => {
    const knex = openKnexPool(url);
    try {
      if (isSeed) await addSeedTable(knex);
      if (fillfactor !== undefined) await knex.raw(`ALTER TABLE ${table} SET (fillfactor = ${fillfactor})`);
      const calls = RIVALS[rival](knex, table);
      return await work({ knex, table, calls, run: (count, call) => runAll(count, { inFlight, call }) });
    } finally {
      await knex.destroy();
    }
  });
}

async function runAll(count, { inFlight, call }) {
  const answers = new Array(count);
  let next = 0;
  const callUntilDone = async () => {
    while (next < count) {
      const n = next++;
      answers[n] = await call(n);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, callUntilDone));
  return answers;
}
