import type { Knex } from 'knex';
import { addRevocations, dropRevocations } from '../schema.js';

export async function up(knex: Knex): Promise<void> {
  await addRevocations(knex);
}

export async function down(knex: Knex): Promise<void> {
  await dropRevocations(knex);
}
