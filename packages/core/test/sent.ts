import type { Knex } from 'knex';

type Value = string | number | null;

/** A statement as the pool has sent it. */
export interface Sent {
  readonly text: string;
  readonly values: readonly (Value | readonly Value[])[];
}

/** A node of what EXPLAIN (ANALYZE, FORMAT JSON) prints. */
export interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly Plans?: readonly PlanNode[];
}

/** Every statement with values that the pool sends from now on. To be called before the first connection is made. */
export function listenTo(knex: Knex): Sent[] {
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

/** How PostgreSQL runs the statement with such plans. What it changes is taken back. */
export async function explain(
  knex: Knex,
  { text, values }: Sent,
  plans: 'custom' | 'generic',
): Promise<PlanNode> {
  const trx = await knex.transaction();
  const run = (sql: string) => trx.raw(sql.replaceAll('?', '\\?'));
  await run(`SET LOCAL plan_cache_mode = force_${plans}_plan`);
  await run(`PREPARE sent AS ${text}`);
  const { rows } = await run(
    `EXPLAIN (ANALYZE, FORMAT JSON) EXECUTE sent (${values.map(literal).join(', ')})`,
  );
  await run('DEALLOCATE sent');
  await trx.rollback();
  return rows[0]['QUERY PLAN'][0].Plan as PlanNode;
}

function literal(value: Value | readonly Value[]): string {
  if (value === null) return 'NULL';
  if (typeof value === 'string' || typeof value === 'number')
    return `'${String(value).replaceAll("'", "''")}'`;
  return `'{${value.map((item) => (item === null ? 'NULL' : JSON.stringify(item))).join(',')}}'`;
}

/** The nodes that read a table of sessions or a partition of it. */
export function scansOfSessions(node: PlanNode): PlanNode[] {
  const below = (node.Plans ?? []).flatMap(scansOfSessions);
  const isRead =
    node['Relation Name']?.startsWith('cross_app_sessions') === true &&
    node['Actual Loops'] > 0 &&
    !('Operation' in node); // ModifyTable names what it may change, and reads nothing itself
  return isRead ? [node, ...below] : below;
}
