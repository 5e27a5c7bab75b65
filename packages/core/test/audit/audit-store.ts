import type { Knex } from 'knex';
import { createAuditLog, createCrossAppSessions, readAudit } from '../../src/index.js';
import type { AuditLog, DatabaseSessions } from '../../src/index.js';
import { openKnex, openTestStore } from '../database.js';
import type { TestStore } from '../database.js';
import { Gate } from '../gate.js';

export const target = { targetApp: 'hi-events' };
export const FROM_PHONE = { userAgent: 'Phone/1.0', ipAddress: '203.0.113.9' };
export const FROM_LAPTOP = { userAgent: 'Laptop/2.0', ipAddress: '::ffff:198.51.100.7' };

/** An entry of which nothing is known. */
export const NOTHING = {
  reason: null,
  app: null,
  userId: null,
  sessionId: null,
  ipAddress: null,
  userAgent: null,
};

export interface AuditStore {
  readonly store: TestStore;
  readonly sessions: DatabaseSessions;
  readonly audit: AuditLog;
  /** What the process has warned of. */
  readonly warnings: readonly string[];
  /** What is in the audit, oldest first, without ids and times. */
  entries(): Promise<object[]>;
  /** A knex whose way to the database can be shut. Both are closed with the store, also where a test has failed. */
  openGate(): Promise<{ readonly gate: Gate; readonly knex: Knex }>;
  close(): Promise<void>;
}

export async function openAuditStore(): Promise<AuditStore> {
  const store = await openTestStore();
  const audit = createAuditLog({ knex: store.knex });
  const warnings: string[] = [];
  const ends: (() => Promise<unknown>)[] = [];
  const spy = jest.spyOn(process, 'emitWarning').mockImplementation((warning, type) => {
    warnings.push(`${type as string}: ${String(warning)}`);
  });
  return {
    ...{ store, audit, warnings },
    sessions: createCrossAppSessions({ knex: store.knex, appId: 'tuvens' }),
    async entries() {
      await audit.flush();
      const found = await readAudit(store.knex, { limit: 100_000 });
      return found.reverse().map((entry) => ({ ...entry, id: undefined, at: undefined }));
    },
    async openGate() {
      const gate = new Gate(store.url);
      const knex = openKnex(await gate.listen(store.url));
      ends.push(
        () => knex.destroy(),
        () => gate.close(),
      );
      return { gate, knex };
    },
    async close() {
      spy.mockRestore();
      await audit.close();
      for (const end of ends) await end();
      await store.close();
    },
  };
}

export async function databaseTime({ knex }: TestStore): Promise<number> {
  const { rows } = await knex.raw<{ rows: [{ now: Date }] }>('SELECT clock_timestamp() AS now');
  return rows[0].now.getTime();
}

/** Resolves once that many entries are in the audit. */
export async function untilWritten({ knex }: TestStore, count: number): Promise<void> {
  while ((await readAudit(knex, { limit: count })).length < count) await sleep(10);
}

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
