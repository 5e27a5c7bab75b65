import { AUDIT_EVENTS, wrongOption } from '@cross-app/protocol';
import type { AuditEvent } from '@cross-app/protocol';
import type { Knex } from 'knex';
import { refuseUnknownKeys, requireOneOf, requireWholeNumber } from '../options.js';
import { iso } from '../maintenance/iso.js';
import type { TableChoice } from '../maintenance/tables.js';
import { findAudit } from './find.js';

/** Options of {@link readAudit}. All that are given must be true of an entry. */
export interface AuditQuery extends TableChoice {
  /** From this instant on, or from so many seconds ago by the database's clock. */
  readonly since?: Date | number;
  /** Before this instant, or before so many seconds ago. */
  readonly until?: Date | number;
  readonly event?: AuditEvent;
  /** The app that asked, or that the handoff is for. */
  readonly app?: string;
  readonly userId?: string;
  /** How many at most, 1 to 100,000. Default 50. */
  readonly limit?: number;
}

/** An entry as the database has it. */
export interface RecordedEntry {
  readonly id: string;
  readonly at: Date;
  readonly event: AuditEvent;
  /** An error code, for what was refused. */
  readonly reason: string | null;
  readonly app: string | null;
  readonly userId: string | null;
  readonly sessionId: string | null;
  readonly ipAddress: string | null;
  readonly userAgent: string | null;
}

/** The most entries that {@link readAudit} returns. */
export const MAX_AUDIT_LIMIT = 100_000;

const COLUMNS = `id::text, ${iso('at')} AS at, event, reason, app, user_id AS "userId", session_id::text AS "sessionId",
  host(ip_address) AS "ipAddress", user_agent AS "userAgent"`;

/**
 * Entries of the audit, newest first.
 *
 * @throws TypeError for an unknown option or a value outside its limits.
 * @throws MaintenanceRefused when there is no such table, or several and none was named.
 * @example
 * const replays = await readAudit(knex, { event: 'replayed', since: 86_400 });
 */
export async function readAudit(knex: Knex, query: AuditQuery = {}): Promise<RecordedEntry[]> {
  const { limit, terms, values } = resolveQuery(query);
  const audit = await findAudit(knex, query);
  const conditions = terms.length === 0 ? 'true' : terms.join(' AND ');
  const { rows } = await knex.raw<{ rows: (Omit<RecordedEntry, 'at'> & { at: string })[] }>(
    `SELECT ${COLUMNS} FROM ${audit} entry WHERE ${conditions} ORDER BY entry.at DESC, entry.id DESC LIMIT ?`,
    [...values, limit],
  );
  return rows.map((row) => ({ ...row, at: new Date(row.at) }));
}

interface ResolvedQuery {
  readonly limit: number;
  readonly terms: readonly string[];
  readonly values: readonly (string | number)[];
}

function resolveQuery(query: AuditQuery): ResolvedQuery {
  refuseUnknownKeys('readAudit', query, KNOWN);
  const { since, until, event, app, userId, limit = 50 } = query;
  requireWholeNumber('limit', limit, [1, MAX_AUDIT_LIMIT]);
  if (event !== undefined) requireOneOf('event', event, AUDIT_EVENTS);
  const terms: string[] = [];
  const values: (string | number)[] = [];
  const add = (term: string, value: string | number | undefined): void => {
    if (value === undefined) return;
    terms.push(term);
    values.push(value);
  };
  add(`entry.at >= ${momentOf(since)}`, readMoment('since', since));
  add(`entry.at < ${momentOf(until)}`, readMoment('until', until));
  add('entry.event = ?', event);
  add('entry.app = ?', app);
  add('entry.user_id = ?', userId);
  return { limit, terms, values };
}

const KNOWN: readonly string[] = ['sessionsTable', 'since', 'until', 'event', 'app', 'userId', 'limit'];

function momentOf(moment: Date | number | undefined): string {
  return typeof moment === 'number' ? 'now() - make_interval(secs => ?)' : '?::timestamptz';
}

function readMoment(option: string, moment: unknown): string | number | undefined {
  if (moment === undefined || (typeof moment === 'number' && moment >= 0 && moment < 1e10)) return moment;
  if (moment instanceof Date && !Number.isNaN(moment.getTime())) return moment.toISOString();
  throw wrongOption(`${option} must be a valid Date or a number of seconds from 0`, moment);
}
