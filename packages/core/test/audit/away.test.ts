import { createAuditLog, readAudit } from '../../src/index.js';
import { openKnex } from '../database.js';
import type { TestStore } from '../database.js';
import { databaseTime, openAuditStore, sleep, untilWritten } from './audit-store.js';
import type { AuditStore } from './audit-store.js';

let scratch: AuditStore;
let store: TestStore;
let warnings: readonly string[];
beforeEach(async () => {
  scratch = await openAuditStore();
  ({ store, warnings } = scratch);
});
afterEach(() => scratch.close());

describe('while the database is away', () => {
  it('entries wait, up to the limit, with one warning; then they are written with their own time', async () => {
    const { gate, knex } = await scratch.openGate();
    const cut = createAuditLog({ knex, maxPending: 5, flushMs: 20 });
    cut.record({ event: 'issued', userId: 1 });
    await cut.flush();
    gate.shut();
    for (let n = 2; n <= 8; n++) cut.record({ event: 'issued', userId: n });
    await cut.flush();
    await cut.flush();
    const lost = await databaseTime(store);
    expect(cut.dropped).toBe(2);
    expect(warnings.filter((warning) => warning.includes('cannot be written'))).toHaveLength(1);
    expect(warnings.filter((warning) => warning.includes('loses entries'))).toHaveLength(1);
    await sleep(1000);
    gate.open();
    await untilWritten(store, 6);
    // The rows are there before the log has heard so: until then it is full.
    await cut.flush();
    cut.record({ event: 'issued', userId: 9 });
    await cut.flush();
    const found = (await readAudit(store.knex)).reverse();
    expect(found.map(({ userId }) => userId)).toEqual(['1', '2', '3', '4', '5', '6', '9']);
    for (const { at } of found.slice(1, 6)) expect(at.getTime()).toBeLessThan(lost + 800);
    await cut.close();
    expect(cut.dropped).toBe(2);
  });

  it('an entry whose INSERT was done and not answered is there once, and the next one too', async () => {
    const { gate, knex } = await scratch.openGate();
    const cut = createAuditLog({ knex });
    cut.record({ event: 'issued', userId: 1 });
    await cut.flush();
    gate.mute();
    cut.record({ event: 'issued', userId: 2 });
    const unanswered = cut.flush();
    await untilWritten(store, 2);
    gate.shut();
    gate.open();
    await unanswered;
    cut.record({ event: 'issued', userId: 3 });
    await cut.close();
    const found = (await readAudit(store.knex)).reverse();
    expect(found.map(({ userId }) => userId)).toEqual(['1', '2', '3']);
    expect(cut.dropped).toBe(0);
  });

  it('closing makes a new connection where the old one has broken', async () => {
    const { knex } = await scratch.openGate();
    const cut = createAuditLog({ knex });
    cut.record({ event: 'issued', userId: 1 });
    await cut.flush();
    await store.knex.raw(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()',
    );
    cut.record({ event: 'issued', userId: 2 });
    await cut.close();
    expect(cut.dropped).toBe(0);
    await untilWritten(store, 2);
  });

  it('closing gives up what cannot be written, and counts it', async () => {
    const knex = openKnex('postgres://127.0.0.1:1/none');
    const lost = createAuditLog({ knex });
    lost.record({ event: 'issued' });
    await lost.close();
    lost.record({ event: 'issued' });
    expect(lost.dropped).toBe(2);
    await knex.destroy();
  });
});
