import { createAuditLog, readAudit } from '../../src/index.js';
import type { AuditEntry, AuditLog } from '../../src/index.js';
import { countStatements, openKnex } from '../database.js';
import type { TestStore } from '../database.js';
import { databaseTime, FROM_PHONE, NOTHING, openAuditStore, sleep, untilWritten } from './audit-store.js';
import type { AuditStore } from './audit-store.js';

let scratch: AuditStore;
let store: TestStore;
let audit: AuditLog;
let warnings: readonly string[];
beforeEach(async () => {
  scratch = await openAuditStore();
  ({ store, audit, warnings } = scratch);
});
afterEach(() => scratch.close());

describe('record', () => {
  it('takes what HTTP alone sees', async () => {
    audit.record({
      event: 'credential_rejected',
      reason: 'invalid_client',
      app: 'hi-events',
      ...FROM_PHONE,
    });
    expect(await scratch.entries()).toEqual([
      {
        ...NOTHING,
        event: 'credential_rejected',
        reason: 'invalid_client',
        app: 'hi-events',
        userAgent: 'Phone/1.0',
        ipAddress: '203.0.113.9',
      },
    ]);
  });

  it('fits whatever came over the wire to the columns, so that no entry holds up another', async () => {
    const huge = 'ü\0\u{1F600}'.repeat(100_000);
    const nasty = { app: huge, reason: huge, userAgent: `a\nb\ud800 ${huge}`, userId: huge };
    audit.record({
      event: 'rejected',
      ...nasty,
      sessionId: '99999999999999999999',
      ipAddress: 'fe80::1%eth0',
    });
    audit.record({
      event: 'rejected',
      sessionId: '1e3',
      ipAddress: '10.0.0.300',
      app: 'x'.repeat(40) + 'handoff_aaaaaaaaaa',
    });
    audit.record({ event: 'rejected', sessionId: 9_223_372_036_854_775_807n, userId: 5 });
    const [first, second, third] = (await scratch.entries()) as Record<string, string | null>[];
    expect(first).toMatchObject({ sessionId: null, ipAddress: null });
    expect(JSON.stringify(first)).not.toMatch(/\\ud[89a-f]/); // no character was cut through
    expect(first?.['userAgent']?.length).toBeLessThanOrEqual(512);
    expect(first?.['userAgent']).toMatch(/^a b {2}ü/);
    expect(first?.['app']?.length).toBeLessThanOrEqual(50);
    expect(second).toMatchObject({ sessionId: null, ipAddress: null });
    expect(third).toMatchObject({ sessionId: '9223372036854775807', userId: '5' });
  });

  it('drops what is no entry, and never throws', async () => {
    for (const wrong of [undefined, null, 'issued', {}, { event: 'gone' }]) {
      audit.record(wrong as unknown as AuditEntry);
    }
    expect(await scratch.entries()).toEqual([]);
    expect(audit.dropped).toBe(5);
    expect(warnings).toEqual([expect.stringMatching(/^CrossAppAuditWarning: .* loses entries/)]);
  });

  it('writes a thousand entries in one statement, a moment later and by itself', async () => {
    const knex = openKnex(store.url);
    const statements = countStatements(knex);
    const quick = createAuditLog({ knex, flushMs: 20 });
    for (let n = 1; n <= 1000; n++) quick.record({ event: 'rejected', reason: 'token_unknown' });
    expect(statements()).toBe(0); // nothing was sent while it recorded
    await untilWritten(store, 1000);
    await quick.close();
    expect(statements()).toBeLessThan(6); // that of knex for a new connection, and the isolation level's
    await knex.destroy();
  });

  it('says when it happened, and not when it was written', async () => {
    const before = await databaseTime(store);
    audit.record({ event: 'issued' });
    const after = await databaseTime(store);
    const busy = await store.knex.transaction();
    await busy.raw('LOCK TABLE cross_app_audit IN ACCESS EXCLUSIVE MODE');
    const failing = audit.flush();
    await sleep(1000);
    await busy.rollback();
    await failing;
    audit.record({ event: 'redeemed' });
    await audit.flush();
    const [redeemed, issued] = await readAudit(store.knex);
    expect(issued?.at.getTime()).toBeGreaterThanOrEqual(before - 50);
    expect(issued?.at.getTime()).toBeLessThanOrEqual(after + 800);
    expect(redeemed?.at.getTime()).toBeGreaterThan(after + 800);
  });
});
