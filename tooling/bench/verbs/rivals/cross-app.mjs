// Ours, with every guarantee: as it comes, and with one statement a call.
import { createCrossAppSessions } from '@cross-app/core';
import { byCalls, must } from '../by-calls.mjs';
import { personOf, TARGET_APP } from '../handoff.mjs';
import { openKnexPool } from '../pools.mjs';
import { OUR_TABLE } from './our-table.mjs';

export const batched = { name: 'batched', ...OUR_TABLE, open: (url) => byCalls(openCrossApp(url, {})) };
export const single = {
  name: 'single',
  ...OUR_TABLE,
  open: (url) => byCalls(openCrossApp(url, { batch: false })),
};

export function openCrossApp(url, settings) {
  const knex = openKnexPool(url);
  const sessions = createCrossAppSessions({ knex, appId: 'tuvens', ...settings });
  return {
    async issue(n) {
      const person = personOf(n);
      const { token } = await sessions.issue({ userId: person, accountId: person, targetApp: TARGET_APP });
      return token;
    },
    async redeem(token) {
      const { session, user } = await sessions.redeem(token, { targetApp: TARGET_APP });
      must(session.userId === user.id, 'cross-app');
    },
    close: () => knex.destroy(),
  };
}
