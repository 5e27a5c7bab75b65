import type { Knex } from 'knex';
import { fillPages, leaveRoomForRedeems } from '../schema.js';

export async function up(knex: Knex): Promise<void> {
  await leaveRoomForRedeems(knex);
}

export async function down(knex: Knex): Promise<void> {
  await fillPages(knex);
}
