import { wrongOption } from '@cross-app/protocol';
import {
  addApp,
  archiveSessions,
  checkHealth,
  cleanUpSessions,
  createAccountHooks,
  createCrossAppSessions,
  createMigrationSource,
  readAudit,
  scheduleMaintenance,
  sessionStatistics,
} from '../src/index.js';
import { openKnex } from './database.js';

const PAGE = 'See https://github.com/cross-app/cross-app/blob/main/docs/configuration.md';
const knex = openKnex('postgres://127.0.0.1:1/none');
const good = { knex, appId: 'tuvens' };

type Call = (options: never) => unknown;

/** What JavaScript may give: the compiler would refuse it. Nothing here reaches the database. */
async function complaint(call: Call, options: unknown): Promise<string> {
  try {
    await Reflect.apply(call, undefined, [options]);
  } catch (error) {
    expect(error).toBeInstanceOf(TypeError);
    return (error as Error).message;
  }
  return 'none';
}

const sessions: Call = createCrossAppSessions;
const source: Call = createMigrationSource;
const schedule: Call = (options: object) => scheduleMaintenance(createCrossAppSessions(good), options);

describe('what is wrong with an option', () => {
  it.each<[call: Call, options: unknown, rule: string, given: string]>([
    [sessions, { ...good, appId: 'hi events' }, 'appId must be 1 to 50 printable', '"hi events"'],
    [sessions, { ...good, appId: undefined }, 'appId must be', 'undefined'],
    [sessions, { ...good, ttlSeconds: 901 }, 'ttlSeconds (seconds, not milliseconds) must be', '901'],
    [sessions, { ...good, ttlSeconds: '60' }, 'a whole number from 1 to 900', '"60"'],
    [sessions, { ...good, timeoutMs: 0 }, 'timeoutMs must be a whole number from 1 to 60000', '0'],
    [
      sessions,
      { ...good, revokeOnReplay: true },
      'revokeOnReplay must be different-client, always or',
      'true',
    ],
    [sessions, { ...good, prepare: 'no' }, 'prepare must be true or false', '"no"'],
    [sessions, { ...good, epoch: null }, 'epoch must be timeline or none', 'null'],
    [sessions, { ...good, batch: { maxSize: 1 } }, 'batch.maxSize must be a whole number from 2', '1'],
    [sessions, { ...good, tables: { users: 7 } }, 'tables.users must be a name or schema.name', '7'],
    [sessions, 'tuvens', 'createCrossAppSessions takes an options object', '"tuvens"'],
    [source, { userIdType: 'int' }, 'userIdType must be integer,', '"int"'],
    [source, { tables: { sessions: 'x'.repeat(41) } }, 'tables.sessions must have at most 40', '"xxx'],
    [createAccountHooks, { knex, permissions: 'all' }, 'permissions must be a list', '"all"'],
    [schedule, { onError: 5 }, 'onError must be a function', '5'],
    [(o: never) => cleanUpSessions(knex, o), { keepHistory: 1 }, 'keepHistory must be true or false', '1'],
    [(o: never) => archiveSessions(knex, o), { olderThanSeconds: 59 }, 'olderThanSeconds must be', '59'],
    [(o: never) => checkHealth(knex, o), { retentionSeconds: -1 }, 'retentionSeconds must be zero', '-1'],
    [(o: never) => sessionStatistics(knex, o), { byTargetApp: [] }, 'byTargetApp must be', 'a list of 0'],
    [(o: never) => readAudit(knex, o), { since: -1 }, 'since must be a valid Date', '-1'],
    [(o: never) => addApp(knex, 'x y', o), {}, 'must be 1 to 50 printable', '"x y"'],
  ])(
    'is said with what it must be, what it is, and where to read on (%#)',
    async (...[call, options, rule, given]) => {
      const said = await complaint(call, options);
      expect(said).toContain(rule);
      expect(said).toContain(`, not ${given}`);
      expect(said.endsWith(PAGE)).toBe(true);
    },
  );

  it.each<[call: Call, options: unknown, sentence: string]>([
    [sessions, { ...good, ttl: 60 }, 'createCrossAppSessions has no option "ttl"; it takes knex, appId,'],
    [sessions, { appId: 'tuvens' }, 'knex must be a knex on PostgreSQL'],
    [source, { partitionInterval: 'day' }, "partitionInterval needs layout: 'partitioned'"],
    [
      (o: never) => checkHealth(knex, o),
      { thresholds: { clockSeconds: { warn: 'x' } } },
      'thresholds.clockSeconds must have numbers of zero or more, not warn x',
    ],
  ])('of several, or of what is missing, too (%#)', async (call, options, sentence) => {
    const said = await complaint(call, options);
    expect(said).toContain(sentence);
    expect(said.endsWith(PAGE)).toBe(true);
  });
});

describe('wrongOption', () => {
  it.each<[given: unknown, shown: string]>([
    ['https://ada:hunter2@hi.events/x', '"https://…@hi.events/x"'],
    ['https://hi.events/x?key=hunter2', '"https://hi.events/x?…"'],
    ['x'.repeat(81), 'a text of 81 characters'],
    [{ password: 'hunter2' }, 'an object'],
    [['hunter2'], 'a list of 1'],
    [() => 'hunter2', 'a function'],
    [Symbol('hunter2'), 'a symbol'],
    [10n, '10'],
    [Number.NaN, 'NaN'],
  ])('shows of %p no more than helps', (given, shown) => {
    expect(wrongOption('x must be y', given).message).toBe(`x must be y, not ${shown}. ${PAGE}`);
  });
});
