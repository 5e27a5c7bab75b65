import type { Knex } from 'knex';

/** Whether there is such a table. The name is quoted. */
export async function tableExists(knex: Knex, quotedName: string): Promise<boolean> {
  const { rows } = await knex.raw<{ rows: [{ exists: boolean }] }>(
    'SELECT to_regclass(?) IS NOT NULL AS exists',
    [quotedName],
  );
  return rows[0].exists;
}
