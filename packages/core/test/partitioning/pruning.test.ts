import type { Knex } from 'knex';
import { createCrossAppSessions, maintainPartitions, partitionSessions } from '../../src/index.js';
import { openKnex } from '../database.js';
import { migrateWithUsers, openScratch, partitions, target } from './scratch.js';
import type { Scratch } from './scratch.js';

interface Sent {
  readonly text: string;
  readonly values: readonly (string | number | null)[];
}

interface PlanNode {
  readonly 'Relation Name'?: string;
  readonly 'Actual Loops': number;
  readonly Plans?: readonly PlanNode[];
}

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

/** Every statement with values that the pool sends from now on. */
function listenTo(knex: Knex): Sent[] {
  const statements: Sent[] = [];
  const pool = knex.client.pool as {
    on(
      event: 'createSuccess',
      listener: (id: number, made: { query(...args: unknown[]): unknown }) => void,
    ): void;
  };
  pool.on('createSuccess', (_id, connection) => {
    const query = connection.query.bind(connection);
    connection.query = (...args) => {
      const [first] = args as [Sent];
      if (Array.isArray(first.values) && first.values.length > 0) statements.push(first);
      return query(...args);
    };
  });
  return statements;
}

/** The partitions that the statement reads when it runs with such plans. What it changes is taken back. */
async function partitionsRead({ text, values }: Sent, plans: 'custom' | 'generic'): Promise<string[]> {
  const trx = await scratch.knex.transaction();
  const run = (sql: string) => trx.raw(sql.replaceAll('?', '\\?'));
  await run(`SET LOCAL plan_cache_mode = force_${plans}_plan`);
  await run(`PREPARE sent AS ${text}`);
  const literals = values.map((value) => (value === null ? 'NULL' : `'${String(value)}'`));
  const { rows } = await run(`EXPLAIN (ANALYZE, FORMAT JSON) EXECUTE sent (${literals.join(', ')})`);
  await run('DEALLOCATE sent');
  await trx.rollback();
  return relationsIn(rows[0]['QUERY PLAN'][0].Plan as PlanNode).filter((name) =>
    name.startsWith('cross_app_sessions'),
  );
}

function relationsIn(node: PlanNode): string[] {
  const below = (node.Plans ?? []).flatMap(relationsIn);
  const own = node['Relation Name'];
  // ModifyTable names what it may change, and reads nothing itself.
  return own !== undefined && node['Actual Loops'] > 0 && !('Operation' in node) ? [own, ...below] : below;
}

describe.each(['partitioned', 'converted'] as const)('on a %s table', (layout) => {
  it.each(['custom', 'generic'] as const)(
    'a redeem reads one partition, with %s plans, and so do inspect, an explained refusal and a revoke',
    async (plans) => {
      await migrateWithUsers(scratch.knex, { layout: layout === 'converted' ? 'plain' : 'partitioned' });
      if (layout === 'converted') await partitionSessions(scratch.knex);
      await maintainPartitions(scratch.knex, { ahead: 9 });
      const all = await partitions(scratch.knex);
      expect(all.length).toBeGreaterThanOrEqual(10);

      const sessions = createCrossAppSessions({ knex: listened, appId: 'tuvens' });
      const { token } = await sessions.issue({ userId: 11, ...target });
      await sessions.revokeAll({ userId: 12 }); // asks whether there is a table of revocations, once
      sent.length = 0;
      await sessions.inspect(token, target);
      await sessions.redeem(token, target);
      await expect(sessions.redeem(token, target)).rejects.toMatchObject({ code: 'token_used' });
      await sessions.revoke(token, { userId: 11, ...target });
      expect(sent).toHaveLength(5);
      const [inspect, redeem, , explain, revoke] = sent as [Sent, Sent, Sent, Sent, Sent];
      for (const statement of [inspect, redeem, explain, revoke]) {
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
