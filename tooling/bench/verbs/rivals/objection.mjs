// Our own model as people use models: find with the people, judge in JavaScript, write if nobody else did.
import { CrossAppSession } from '@cross-app/core';
import { byCalls, must } from '../by-calls.mjs';
import { personOf, TARGET_APP, TTL_SECONDS } from '../handoff.mjs';
import { openKnexPool } from '../pools.mjs';
import { hashOf, makeToken } from '../token.mjs';
import { OUR_TABLE } from './our-table.mjs';

export const objection = { name: 'Objection', ...OUR_TABLE, share: 0.25, open };

function open(url) {
  const knex = openKnexPool(url);
  const Session = CrossAppSession.bindKnex(knex);
  return byCalls({
    async issue(n) {
      const token = makeToken();
      const expiresAt = new Date(Date.now() + TTL_SECONDS * 1000);
      const person = { userId: personOf(n), accountId: personOf(n) };
      await Session.query().insert({ tokenHash: hashOf(token), ...person, targetApp: TARGET_APP, expiresAt });
      return token;
    },
    async redeem(token) {
      const found = await Session.query()
        .findOne({ token_hash: hashOf(token), target_app: TARGET_APP })
        .withGraphFetched('[user, account]');
      must(found?.isActive && found.user !== undefined, 'Objection');
      const written = await Session.query()
        .findById(found.id)
        .whereNull('used_at')
        .patch({ usedAt: new Date() });
      must(written === 1, 'Objection');
    },
    close: () => knex.destroy(),
  });
}
