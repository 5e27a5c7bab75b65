import { migrate } from '@cross-app/core';
import { createTestDatabase } from '@cross-app/test-database';
import knexFactory from 'knex';
import type { Knex } from 'knex';

export const ADA = { id: '1', name: 'Ada Lovelace', email: 'ada@example.com' };
export const BOB = { id: '2', name: 'Bob Babbage', email: 'bob@example.com' };
export const ACME = { id: '7', name: 'Acme', slug: 'acme' };
export const GLOBEX = { id: '8', name: 'Globex', slug: 'globex' };

/** A database with two people and two accounts. */
export async function openDatabase(): Promise<Knex> {
  const { url } = await createTestDatabase({ template: 'browser', migrate: migrateAndPopulate });
  return connect(url);
}

function connect(url: string): Knex {
  return knexFactory({ client: 'pg', connection: url, pool: { min: 0 } });
}

async function migrateAndPopulate(url: string): Promise<void> {
  const knex = connect(url);
  try {
    await migrate(knex, { withUserTables: true });
    await knex('users').insert([ADA, BOB]);
    await knex('accounts').insert([ACME, GLOBEX]);
  } finally {
    await knex.destroy();
  }
}
