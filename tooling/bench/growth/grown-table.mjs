// A database with a table of one size, and ours on it: batched, and one statement a call.
import { createCrossAppSessions, migrate } from '@cross-app/core';
import { openKnex } from '../common/database.mjs';
import { byCalls, must } from '../verbs/by-calls.mjs';
import { PEOPLE, personOf, TARGET_APP } from '../verbs/handoff.mjs';
import { openKnexPool } from '../verbs/pools.mjs';
import { fillSessions } from './fill.mjs';
import { addEarlierPartitions, LAYOUTS } from './layouts.mjs';

// Longer than that of the rows that are there: what is issued goes on pages of its own, however many others have a gap.
const CLIENT = {
  userAgent:
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
  ipAddress: '203.0.113.7',
};

export const RIVALS = { batched: {}, single: { batch: false } };

/** Makes the database and fills it. Its rivals share ten connections, which stay open. */
export async function openGrownTable(serverUrl, { layout, rows }) {
  const url = await createDatabase(serverUrl, `growth_${layout.replace(' ', '_')}_${rows}`);
  const knex = openKnexPool(url);
  await migrate(knex, { withUserTables: true, ...LAYOUTS[layout] });
  await addEarlierPartitions(knex, LAYOUTS[layout]);
  await knex.raw(
    "INSERT INTO users (id, email) SELECT n, 'user-' || n || '@example.com' FROM generate_series(1, ?::int) n",
    [PEOPLE],
  );
  await knex.raw('ANALYZE users');
  await fillSessions(knex, rows);
  const rivals = Object.entries(RIVALS).map(([rival, settings]) => [rival, verbsOf(knex, settings)]);
  return { layout, rows, knex, rivals: Object.fromEntries(rivals), keepSize: sizeKeeper(knex, rows) };
}

async function createDatabase(serverUrl, name) {
  const admin = openKnex(serverUrl);
  await admin.raw(`CREATE DATABASE ${name}`);
  await admin.destroy();
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
}

function verbsOf(knex, settings) {
  const sessions = createCrossAppSessions({ knex, appId: 'tuvens', ...settings });
  return byCalls({
    async issue(n) {
      const { token } = await sessions.issue({ userId: personOf(n), targetApp: TARGET_APP, ...CLIENT });
      return token;
    },
    async redeem(token) {
      const { session, user } = await sessions.redeem(token, { targetApp: TARGET_APP, ...CLIENT });
      must(session.userId === user.id, 'cross-app');
    },
    close: () => undefined,
  });
}

/** To be called before so many are issued: fills the table anew where it would be larger than it is said to be by a tenth. */
function sizeKeeper(knex, rows) {
  let added = 0;
  return async (calls) => {
    if (added > 0 && added + calls > rows / 10) {
      await fillSessions(knex, rows);
      added = 0;
    }
    added += calls;
  };
}
