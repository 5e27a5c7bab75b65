import type { Knex } from 'knex';

type Bindings = Knex.RawBinding[] | Readonly<Record<string, string | null>>;

/**
 * Runs one SELECT that changes nothing and waits for nobody longer than ten seconds: the doctor must not be what
 * a busy database gets ill from.
 */
export async function ask<Row>(knex: Knex, sql: string, bindings: Bindings = []): Promise<Row[]> {
  return knex.transaction(
    async (trx) => {
      await trx.raw("SET LOCAL statement_timeout = '10s'");
      const { rows } = await trx.raw<{ rows: Row[] }>(sql, bindings);
      return rows;
    },
    { isolationLevel: 'read committed', readOnly: true },
  );
}
