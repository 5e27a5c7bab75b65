import { FULL, onCopy, openKnex } from '../common/database.mjs';
import { measureFunction } from '../common/load.mjs';
import { addTokens, countRows } from '../common/tokens.mjs';

// Enough for each connection to know its statements, and for PostgreSQL to have settled on their plans.
const WARM_UP = { calls: 640, connections: 64 };
// What was in the table before is a month old.
const OF_THIS_TURN = "created_at > now() - interval '1 day'";

/**
 * Runs the work on a fresh copy of the full table, with tokens for so many calls: `work({ url, admin, call })`, where `call`
 * makes the next call, gives a result with how many `calls` it has made.
 *
 * @throws RangeError when the rows are not what so many calls leave.
 */
export function runTurn(server, { rival, workload, calls }, work) {
  return onCopy(server.url, FULL, async (url) => {
    const admin = openKnex(url);
    const verbs = rival.open(url);
    try {
      const stored = workload.redeems(WARM_UP.calls + calls);
      const tokens = await addTokens(admin, stored, { withAccounts: true });
      await admin.raw('ANALYZE cross_app_sessions');
      let made = 0;
      const call = () => workload.call(verbs, tokens, made++);
      await measureFunction(call, WARM_UP);
      await admin.raw('CHECKPOINT');
      const result = await work({ url, admin, call });
      await mustBeDone(admin, { workload, stored, calls: WARM_UP.calls + result.calls });
      return result;
    } finally {
      await Promise.all([verbs.close(), admin.destroy()]);
    }
  });
}

async function mustBeDone(admin, { workload, stored, calls }) {
  const redeems = workload.redeems(calls);
  await mustCount(admin, `${OF_THIS_TURN} AND used_at IS NOT NULL`, redeems);
  await mustCount(admin, OF_THIS_TURN, stored + calls - redeems);
}

async function mustCount(admin, condition, due) {
  const count = await countRows(admin, condition);
  if (count !== due) throw new RangeError(`There are ${count} rows with ${condition}, where ${due} are due.`);
}
