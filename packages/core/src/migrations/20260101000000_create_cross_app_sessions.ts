import type { Knex } from 'knex';
import { createFirstSessionsTable } from '../schema.js';

export async function up(knex: Knex): Promise<void> {
  await createFirstSessionsTable(knex);
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('cross_app_sessions');
}
