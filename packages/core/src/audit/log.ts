import type { Knex } from 'knex';
import { Database } from '../database.js';
import {
  DEFAULT_TIMEOUT_MS,
  quoteName,
  refuseUnknownKeys,
  requirePostgres,
  requireWholeNumber,
} from '../options.js';
import { BufferedAuditLog } from './buffered-log.js';
import type { AuditLog } from './buffered-log.js';
import { prepareInsert } from './insert.js';

/** Options of {@link createAuditLog}. */
export interface AuditLogOptions {
  /**
   * A knex on PostgreSQL. Its pool is used, one connection at a time, and never closed. One of its own, with a pool of
   * one, keeps the audit from ever taking a connection that a sign-in waits for.
   */
  readonly knex: Knex;
  /** By name or schema.name, as the sessions were given it; the audit is beside it. Default `cross_app_sessions`. */
  readonly sessionsTable?: string;
  /** How long an entry waits for others in milliseconds, 1 to 60,000. Default 250. */
  readonly flushMs?: number;
  /**
   * How many entries may wait in memory, while the database is away, before new ones are given up: 1 to 1,000,000.
   * Default 10,000, each of up to 2 kB. An event that comes below the limit is taken whole.
   */
  readonly maxPending?: number;
}

/**
 * An audit of handoffs. Entries wait for each other in memory and are written many at a time, a quarter of a second
 * later: a process that is killed loses that much, and one that awaits `close` nothing. While the database is away they
 * wait, up to a limit, and a process warning named `CrossAppAuditWarning` says so, likewise when some are given up.
 * What is written again because its answer was lost is there once.
 *
 * Not in it: what other processes do, `cross-app revoke` among them, unless they have an audit of their own; and a
 * revocation whose answer was lost, for which there is no event.
 *
 * @throws TypeError for an unknown option or a value outside its limits.
 * @example
 * const audit = createAuditLog({ knex });
 * audit.watch(sessions);
 * process.once('SIGTERM', () => void audit.close().then(() => knex.destroy()));
 */
export function createAuditLog(options: AuditLogOptions): AuditLog {
  refuseUnknownKeys('createAuditLog', options, ['knex', 'sessionsTable', 'flushMs', 'maxPending']);
  const { knex, sessionsTable = 'cross_app_sessions', flushMs = 250, maxPending = 10_000 } = options;
  requirePostgres(knex);
  requireWholeNumber('flushMs', flushMs, [1, 60_000]);
  requireWholeNumber('maxPending', maxPending, [1, 1_000_000]);
  const sessions = quoteName('sessionsTable', sessionsTable);
  const insert = prepareInsert(new Database(knex, { timeoutMs: DEFAULT_TIMEOUT_MS }), sessions);
  return new BufferedAuditLog({ insert, sessionsTable, flushMs, maxPending });
}
