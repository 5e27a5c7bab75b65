import { createAuditLog, readAudit } from '../../src/index.js';
import type { TestStore } from '../database.js';
import { openAuditStore } from './audit-store.js';
import type { AuditStore } from './audit-store.js';

let scratch: AuditStore;
let store: TestStore;
beforeEach(async () => {
  scratch = await openAuditStore();
  ({ store } = scratch);
});
afterEach(() => scratch.close());

describe('createAuditLog and readAudit', () => {
  it.each([
    [{ flushMs: 0 }, /flushMs must be a whole number from 1 to 60000/],
    [{ maxPending: 0 }, /maxPending must be a whole number/],
    [{ sessionsTable: 'a; DROP' }, /sessionsTable must be a name/],
    [{ flushms: 1 }, /createAuditLog has no option "flushms"/],
    [{ knex: undefined }, /knex must be a knex on PostgreSQL/],
  ])('refuses %j', (options, message) => {
    expect(() => createAuditLog({ knex: store.knex, ...(options as object) })).toThrow(message);
  });

  it.each([
    [{ limit: 0 }, /limit must be a whole number from 1 to 100000/],
    [{ event: 'gone' }, /event must be issued, redeemed,/],
    [{ since: Number.NaN }, /since must be a valid Date or a number of seconds/],
    [{ user: '1' }, /readAudit has no option "user"/],
  ])('refuse to read by %j', async (query, message) => {
    await expect(readAudit(store.knex, query as object)).rejects.toThrow(message);
  });

  it('say what to do where there is no such table', async () => {
    await store.knex.raw('DROP TABLE cross_app_audit');
    await expect(readAudit(store.knex)).rejects.toThrow(/no public\.cross_app_audit: run cross-app migrate/);
  });
});
