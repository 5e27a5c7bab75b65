import { randomBytes } from 'node:crypto';
import { createAuditLog, createMigrationSource } from '../../src/index.js';
import type { AuditLog, DatabaseSessions } from '../../src/index.js';
import { openKnex } from '../database.js';
import type { TestStore } from '../database.js';
import { openAuditStore, target } from './audit-store.js';
import type { AuditStore } from './audit-store.js';

let scratch: AuditStore;
let store: TestStore;
let sessions: DatabaseSessions;
let audit: AuditLog;
beforeEach(async () => {
  scratch = await openAuditStore();
  ({ store, sessions, audit } = scratch);
});
afterEach(() => scratch.close());

describe('the audit table', () => {
  it.each(["UPDATE cross_app_audit SET event = 'issued'", 'TRUNCATE cross_app_audit'])(
    'refuses %s',
    async (statement) => {
      audit.record({ event: 'rejected' });
      await audit.flush();
      await expect(store.knex.raw(statement)).rejects.toThrow(/cross_app_audit is append-only/);
      expect(await scratch.entries()).toMatchObject([{ event: 'rejected' }]);
    },
  );

  it('takes entries of a role that may do nothing else with it', async () => {
    const role = `audited_${randomBytes(8).toString('hex')}`;
    await store.knex.raw(`CREATE ROLE ${role}; GRANT SELECT ON cross_app_sessions TO ${role};
      GRANT INSERT ON cross_app_audit TO ${role}`);
    const knex = openKnex(store.url, 1);
    await knex.raw(`SET ROLE ${role}`);
    const writer = createAuditLog({ knex });
    writer.record({ event: 'rejected' });
    await writer.flush();
    for (const statement of ['SELECT FROM', 'DELETE FROM', 'TRUNCATE']) {
      await expect(knex.raw(`${statement} cross_app_audit`)).rejects.toMatchObject({ code: '42501' });
    }
    await writer.close();
    await knex.destroy();
    expect(await scratch.entries()).toMatchObject([{ event: 'rejected' }]);
    await store.knex.raw(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
  });

  it('loses the entries that a constraint of the host refuses, and no other', async () => {
    await store.knex.raw("ALTER TABLE cross_app_audit ADD CHECK (user_id NOT IN ('13', '700'))");
    for (let n = 1; n <= 1500; n++) audit.record({ event: 'rejected', userId: n });
    await audit.flush();
    const users = await store.knex('cross_app_audit').orderBy('id').pluck<string[]>('user_id');
    const taken = Array.from({ length: 1500 }, (_, n) => String(n + 1)).filter(
      (n) => n !== '13' && n !== '700',
    );
    expect(users).toEqual(taken);
    expect(audit.dropped).toBe(2);
  });

  it('takes no other event', async () => {
    await expect(store.knex('cross_app_audit').insert({ event: 'gone' })).rejects.toThrow(
      /chk_cross_app_audit_event/,
    );
  });

  it('is one for all tables of handoffs in a schema, and stays until the last of them goes', async () => {
    await store.knex.raw(`CREATE TABLE handoffs (LIKE cross_app_sessions); INSERT INTO cross_app_settings
      SELECT 'public.handoffs', users_table, accounts_table, user_id_type, account_id_type, foreign_keys
      FROM cross_app_settings`);
    const isThere = (): Promise<boolean> => store.knex.schema.hasTable('cross_app_audit');
    const source = createMigrationSource();
    const addAudit = (await source.getMigrations([])).find(({ name }) =>
      name.endsWith('add_cross_app_audit.js'),
    );
    await addAudit?.down?.(store.knex);
    expect(await isThere()).toBe(true);
    await store.knex.raw('DROP TABLE handoffs');
    await addAudit?.down?.(store.knex);
    expect(await isThere()).toBe(false);
    await addAudit?.up(store.knex);
    expect(await isThere()).toBe(true);
  });

  it('outlives the session and the user it tells of', async () => {
    audit.watch(sessions);
    await sessions.issue({ userId: store.otherUserId, ...target });
    await audit.flush();
    await store.knex('users').where({ id: store.otherUserId }).delete();
    expect(await scratch.entries()).toMatchObject([{ event: 'issued', userId: '12' }]);
  });
});
