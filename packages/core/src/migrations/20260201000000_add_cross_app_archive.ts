import type { Knex } from 'knex';
import { addArchive, dropArchive } from '../schema.js';

export async function up(knex: Knex): Promise<void> {
  await addArchive(knex);
}

export async function down(knex: Knex): Promise<void> {
  await dropArchive(knex);
}
