import type { Knex } from 'knex';
import { addApps, dropApps } from '../schema.js';

export async function up(knex: Knex): Promise<void> {
  await addApps(knex);
}

export async function down(knex: Knex): Promise<void> {
  await dropApps(knex);
}
