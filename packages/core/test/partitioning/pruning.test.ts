import type { Knex } from 'knex';
import { createCrossAppSessions, maintainPartitions, partitionSessions } from '../../src/index.js';
import { openKnex } from '../database.js';
import { explain, listenTo, scansOfSessions } from '../sent.js';
import type { Sent } from '../sent.js';
import { migrateWithUsers, openScratch, partitions, target } from './scratch.js';
import type { Scratch } from './scratch.js';

let scratch: Scratch;
let listened: Knex;
let sent: Sent[];
beforeEach(async () => {
  scratch = await openScratch();
  listened = openKnex(scratch.url);
  sent = listenTo(listened);
});
afterEach(async () => {
  await listened.destroy();
  await scratch.close();
});

async function partitionsRead(statement: Sent, plans: 'custom' | 'generic'): Promise<unknown[]> {
  const scans = scansOfSessions(await explain(scratch.knex, statement, plans));
  return scans.map((scan) => scan['Relation Name']);
}

describe.each(['partitioned', 'converted'] as const)('on a %s table', (layout) => {
  it.each(['custom', 'generic'] as const)(
    'a redeem reads one partition, with %s plans, and so do inspect, an explained refusal, a revoke and batches',
    async (plans) => {
      await migrateWithUsers(scratch.knex, { layout: layout === 'converted' ? 'plain' : 'partitioned' });
      if (layout === 'converted') await partitionSessions(scratch.knex);
      await maintainPartitions(scratch.knex, { ahead: 9 });
      const all = await partitions(scratch.knex);
      expect(all.length).toBeGreaterThanOrEqual(10);

      // Else it is cheapest to read all of the partitions that have nothing in them.
      await scratch.knex.raw(
        `INSERT INTO cross_app_sessions (token_hash, user_id, expires_at)
         SELECT encode(sha256(n::text::bytea), 'hex'), 11, now() + interval '1 day' + n % 10 * interval '1 month'
         FROM generate_series(1, 30000) n`,
      );

      const sessions = createCrossAppSessions({ knex: listened, appId: 'tuvens' });
      const { token } = await sessions.issue({ userId: 11, ...target });
      await sessions.revokeAll({ userId: 12 }); // asks whether there is a table of revocations, once
      sent.length = 0;
      await sessions.inspect(token, target);
      await sessions.redeem(token, target);
      await expect(sessions.redeem(token, target)).rejects.toMatchObject({ code: 'token_used' });
      await sessions.revoke(token, { userId: 11, ...target });
      const many = await Promise.all([0, 1].map(() => sessions.issue({ userId: 11, ...target })));
      const redeemMany = () =>
        Promise.allSettled(many.map((issued) => sessions.redeem(issued.token, target)));
      await redeemMany();
      await redeemMany();
      expect(sent).toHaveLength(10);
      const [inspect, redeem, , explained, revoke] = sent as [Sent, Sent, Sent, Sent, Sent];
      const [redeemed, , explainedMany] = sent.slice(6) as [Sent, Sent, Sent];
      for (const statement of [inspect, redeem, explained, revoke, redeemed, explainedMany]) {
        // Before the statement, so that redeem and revoke have a row to find.
        await scratch
          .knex('cross_app_sessions')
          .update({ used_at: null, redemption_id: null, revoked_at: null });
        const read = new Set(await partitionsRead(statement, plans));
        expect([...read]).toHaveLength(1);
        expect(all).toContain([...read][0]);
      }
    },
  );
});
