import type { Knex } from 'knex';
import { createUserTables, dropUserTables } from '../schema.js';

export async function up(knex: Knex): Promise<void> {
  await createUserTables(knex);
}

export async function down(knex: Knex): Promise<void> {
  await dropUserTables(knex);
}
