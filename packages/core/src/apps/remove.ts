import type { Knex } from 'knex';
import { MaintenanceRefused } from '../maintenance/refused.js';
import type { TableChoice } from '../maintenance/tables.js';
import { refuseUnknownKeys } from '../options.js';
import { findAppTables } from './find.js';

/**
 * Removes an app and all its secrets, in one statement. Issuers know it for up to `reloadAppsSeconds` more. Tokens for
 * it stay as they are; nobody can redeem them over HTTP any more.
 *
 * @throws TypeError for an unknown option.
 * @throws MaintenanceRefused when there is no such app, or no table of apps.
 * @example
 * await removeApp(knex, 'hi-events');
 */
export async function removeApp(knex: Knex, appId: string, choice: TableChoice = {}): Promise<void> {
  refuseUnknownKeys('removeApp', choice, ['sessionsTable']);
  const { apps } = await findAppTables(knex, choice);
  const { rows } = await knex.raw<{ rows: unknown[] }>(`DELETE FROM ${apps} WHERE id = ? RETURNING id`, [
    appId,
  ]);
  if (rows.length === 0) throw new MaintenanceRefused(`There is no app ${appId}.`);
}
