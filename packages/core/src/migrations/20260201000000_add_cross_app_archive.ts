import type { Knex } from 'knex';
import { downgradeSessionsTable, upgradeSessionsTable } from '../schema.js';

export async function up(knex: Knex): Promise<void> {
  await upgradeSessionsTable(knex);
}

export async function down(knex: Knex): Promise<void> {
  await downgradeSessionsTable(knex);
}
