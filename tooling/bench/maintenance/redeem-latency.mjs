// How long a redeem takes while something else works on the table.
import { createCrossAppSessions } from '@cross-app/core';
import { openKnex } from '../common/database.mjs';

const IN_FLIGHT = 4;
const target = { targetApp: 'hi-events' };

/** Milliseconds of each redeem for as long as the work lasts. */
export async function measureRedeems(url, work) {
  const knex = openKnex(url, IN_FLIGHT);
  const sessions = createCrossAppSessions({ knex, appId: 'tuvens' });
  const latencies = [];
  let isOver = false;
  const redeem = async () => {
    while (!isOver) {
      const { token } = await sessions.issue({ userId: 1, ...target });
      const started = performance.now();
      await sessions.redeem(token, target);
      latencies.push(performance.now() - started);
    }
  };
  const workers = Array.from({ length: IN_FLIGHT }, redeem);
  try {
    await work();
  } finally {
    isOver = true;
    await Promise.all(workers);
    await knex.destroy();
  }
  return latencies;
}
