import { migrationSource } from '@cross-app/core';
import { createTestDatabase } from '@cross-app/test-database';
import knexFactory from 'knex';
import type { Knex } from 'knex';

/** A database with Ada (11), who has account 77 and not 78. */
export async function openDatabase(): Promise<{ readonly url: string; readonly knex: Knex }> {
  const { url } = await createTestDatabase({ template: 'runtimes', migrate });
  return { url, knex: connect(url) };
}

function connect(url: string): Knex {
  return knexFactory({ client: 'pg', connection: url, pool: { min: 0 } });
}

async function migrate(url: string): Promise<void> {
  const knex = connect(url);
  await knex.schema.createTable('users', (table) => {
    table.increments();
    table.string('email').notNullable();
    table.string('name');
  });
  await knex.schema.createTable('accounts', (table) => {
    table.increments();
    table.string('name').notNullable();
    table.string('slug').notNullable();
  });
  await knex('users').insert({ id: 11, email: 'ada@example.com', name: 'Ada' });
  await knex('accounts').insert([
    { id: 77, name: 'Acme', slug: 'acme' },
    { id: 78, name: 'Other', slug: 'other' },
  ]);
  await knex.migrate.latest({ migrationSource });
  await knex.destroy();
}
