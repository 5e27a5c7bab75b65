import { migrationStatus, MIGRATIONS_TABLE } from '../../migrate.js';
import type { CheckGroup, HealthContext } from './context.js';
import { conclude } from './report.js';
import { count } from './wording.js';

/** Whether the tables are those of this version. */
export const migrations: CheckGroup = {
  names: ['migrations'],
  async run({ trx }) {
    const { history, applied, pending } = await migrationStatus(trx);
    const hidden = history === null ? await findHidden(trx) : undefined;
    if (hidden !== undefined) {
      const message = `unknown: this role may not read ${hidden}`;
      const advice = `GRANT SELECT ON ${hidden} to the role that asks`;
      return [conclude('migrations', 'warn', { message, advice, values: { applied: null, pending: null } })];
    }
    // Who calls createSessionsTable from a migration of their own has no history that we know.
    const isOurs = history !== null;
    const isBehind = isOurs && pending.length > 0;
    const done = isOurs ? `${count(applied.length, 'migration')} applied` : 'made by a migration of the app';
    return [
      conclude('migrations', isBehind ? 'fail' : 'ok', {
        message: isBehind ? `${done}, ${pending.join(', ')} pending` : done,
        advice:
          history === 'knex_migrations'
            ? 'run knex migrate:latest with your knexfile'
            : 'run cross-app migrate',
        values: { applied: isOurs ? applied.length : null, pending: isBehind ? pending.length : 0 },
      }),
    ];
  },
};

/** A history that this role cannot tell from none. */
async function findHidden(trx: HealthContext['trx']): Promise<string | undefined> {
  const { rows } = await trx.raw<{ rows: { name: string }[] }>(
    `SELECT relname AS name FROM pg_class
     WHERE relname IN (?, 'knex_migrations') AND relkind = 'r' AND NOT has_table_privilege(oid, 'SELECT')
     ORDER BY 1`,
    [MIGRATIONS_TABLE],
  );
  return rows[0]?.name;
}
