import type { Knex } from 'knex';
import { createSessionsTable, dropSessionsTable } from '../schema.js';

export async function up(knex: Knex): Promise<void> {
  await createSessionsTable(knex);
}

export async function down(knex: Knex): Promise<void> {
  await dropSessionsTable(knex);
}
