import type { Knex } from 'knex';
import { addAudit, dropAudit } from '../schema.js';

export async function up(knex: Knex): Promise<void> {
  await addAudit(knex);
}

export async function down(knex: Knex): Promise<void> {
  await dropAudit(knex);
}
