import { randomBytes } from 'node:crypto';
import { createCrossAppSessions, createMigrationSource } from '../../src/index.js';
import type { NamedMigration } from '../../src/index.js';
import { openKnex, openTestStore } from '../database.js';
import type { TestStore } from '../database.js';
import { derive } from './derived.js';

let store: TestStore;
let migration: NamedMigration;
beforeEach(async () => {
  store = await openTestStore();
  const migrations = await createMigrationSource().getMigrations([]);
  const found = migrations.find(({ name }) => name.endsWith('add_cross_app_revocations.js'));
  if (found === undefined) throw new TypeError('there is no such migration');
  migration = found;
});
afterEach(() => store.close());

const target = { targetApp: 'hi-events' };

describe('the table of revocations', () => {
  it('can be written by whoever could revoke before it was made, and by nobody else', async () => {
    const [app, reader] = ['app', 'reader'].map((name) => `${name}_${randomBytes(8).toString('hex')}`);
    await store.knex.raw(`CREATE ROLE ${app}; CREATE ROLE ${reader};
      GRANT SELECT, INSERT, UPDATE ON cross_app_sessions TO ${app}; GRANT SELECT ON cross_app_sessions TO ${reader};
      GRANT SELECT ON users, accounts TO ${app}`);
    await migration.down?.(store.knex);
    await migration.up(store.knex);
    const knex = openKnex(store.url, 1);
    await knex.raw(`SET ROLE ${app}`);
    const sessions = createCrossAppSessions({ knex, appId: 'tuvens' });
    const { token } = await sessions.issue({ userId: 11, ...target });
    const derived = derive(token, await sessions.redeem(token, target));
    await sessions.revoke(token);
    expect(await sessions.isRevoked(derived)).toBe(true);
    const [claimed] = await sessions.outbox.claim('hi-events', 1);
    await sessions.outbox.confirm('hi-events', [claimed?.id ?? '']);
    expect(await sessions.outbox.claim('hi-events', 1)).toEqual([]);
    await expect(knex('cross_app_revocations').delete()).rejects.toMatchObject({ code: '42501' });
    await knex.raw(`RESET ROLE; SET ROLE ${reader}`);
    await expect(knex('cross_app_revocations').select()).rejects.toMatchObject({ code: '42501' });
    await knex.destroy();
    await store.knex.raw(`DROP OWNED BY ${app}, ${reader}; DROP ROLE ${app}, ${reader}`);
  });

  it('is one for all tables of handoffs in a schema, and stays until the last of them goes', async () => {
    await store.knex.raw(`CREATE TABLE handoffs (LIKE cross_app_sessions); INSERT INTO cross_app_settings
      SELECT 'public.handoffs', users_table, accounts_table, user_id_type, account_id_type, foreign_keys
      FROM cross_app_settings`);
    const isThere = (): Promise<boolean> => store.knex.schema.hasTable('cross_app_revocations');
    await migration.down?.(store.knex);
    expect(await isThere()).toBe(true);
    await store.knex.raw('DROP TABLE handoffs');
    await migration.down?.(store.knex);
    expect(await isThere()).toBe(false);
    await migration.up(store.knex);
    await migration.up(store.knex);
    expect(await isThere()).toBe(true);
  });

  it('takes nothing for the hash of a token that is none', async () => {
    const row = { token_hash: 'handoff_x', issued_before: new Date() };
    await expect(store.knex('cross_app_revocations').insert(row)).rejects.toThrow(
      /chk_cross_app_revocations_token_hash/,
    );
  });
});
