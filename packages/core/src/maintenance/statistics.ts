import type { Knex } from 'knex';
import { wrongOption } from '@cross-app/protocol';
import { refuseUnknownKeys, requireWholeNumber } from '../options.js';
import { findTables } from './tables.js';
import type { MaintainedTables, TableChoice } from './tables.js';

/** Options of {@link sessionStatistics}. */
export interface StatisticsOptions extends TableChoice {
  /** How many days by UTC, today being the last one: 1 to 366. Default 7, the seed's. */
  readonly days?: number;
  /** Also by target app: a line for each day and each app that any of these days knows. Default false. */
  readonly byTargetApp?: boolean;
}

/** What became of the sessions that were created on one day, or on all of them. */
export interface SessionCounts {
  readonly created: number;
  readonly used: number;
  /** A used one that was revoked later counts in both. */
  readonly revoked: number;
  /** Neither used nor revoked, and past its expiry by the database's clock. */
  readonly expiredUnused: number;
  /** How many times a used token was presented with another redemption id. */
  readonly replaysRefused: number;
  /** From issue to first redeem, interpolated, to the millisecond. Null where nothing was used. */
  readonly medianSecondsToRedeem: number | null;
  /** The 95th percentile of the same. */
  readonly p95SecondsToRedeem: number | null;
}

/** {@link SessionCounts} of one day. */
export interface DayStatistics extends SessionCounts {
  /** `YYYY-MM-DD`, by UTC. */
  readonly date: string;
  /** Only with `byTargetApp`. */
  readonly targetApp?: string;
}

/** What {@link sessionStatistics} returns. */
export interface SessionStatistics {
  /** First day. */
  readonly from: string;
  /** Last day, which is today and has not ended. */
  readonly to: string;
  /** Newest first. */
  readonly days: readonly DayStatistics[];
  readonly totals: SessionCounts;
}

const DEFAULT_DAYS = 7;
const MAX_DAYS = 366;

/** As the driver gives it: counts are text, for bigint does not fit into a number. */
interface CountedRow {
  readonly date: string | null;
  readonly target_app: string | null;
  readonly is_total: boolean;
  readonly created: string;
  readonly used: string;
  readonly revoked: string;
  readonly expired_unused: string;
  readonly replays_refused: string;
  readonly median: number | null;
  readonly p95: number | null;
  readonly today: string;
}

type Wanted = Required<Pick<StatisticsOptions, 'days' | 'byTargetApp'>>;

/**
 * Counts the sessions of the last days by the UTC day on which they were created. The archive counts too, so that
 * cleanup does not rewrite history; what `purgeArchive` has deleted, and what cleanup has deleted for good, is gone
 * from here as well. Days without any have zeros. One read-only statement, which uses the index on `created_at`.
 *
 * @throws TypeError for an unknown option or a value outside its limits.
 * @throws MaintenanceRefused when there is no such table, or several and none was named.
 * @example
 * const { days, totals } = await sessionStatistics(knex, { days: 30 });
 * console.log(days[0]?.created, totals.replaysRefused);
 */
export async function sessionStatistics(
  knex: Knex,
  options: StatisticsOptions = {},
): Promise<SessionStatistics> {
  refuseUnknownKeys('sessionStatistics', options, ['sessionsTable', 'days', 'byTargetApp']);
  const { days = DEFAULT_DAYS, byTargetApp = false } = options;
  requireWholeNumber('days', days, [1, MAX_DAYS]);
  if (typeof byTargetApp !== 'boolean') throw wrongOption('byTargetApp must be true or false', byTargetApp);
  const count = async (trx: Knex.Transaction): Promise<SessionStatistics> => {
    const tables = await findTables(trx, options);
    const { rows } = await trx.raw<{ rows: CountedRow[] }>(statement(tables, byTargetApp), { days });
    return toStatistics(rows, { days, byTargetApp });
  };
  return knex.transaction(count, { isolationLevel: 'read committed', readOnly: true });
}

// Bounds without a table behind them, so that the planner knows how much of the index on created_at they take.
const FIRST_INSTANT = `(date_trunc('day', now() AT TIME ZONE 'UTC') - (:days - 1) * interval '1 day') AT TIME ZONE 'UTC'`;
const END_INSTANT = `(date_trunc('day', now() AT TIME ZONE 'UTC') + interval '1 day') AT TIME ZONE 'UTC'`;
const IN_DAYS = `created_at >= ${FIRST_INSTANT} AND created_at < ${END_INSTANT}`;

const COLUMNS = 'token_hash, expires_at, created_at, used_at, revoked_at, target_app, replays';

/**
 * The seed's statement counts every used session as expired once its time is over, and takes DATE() and
 * CURRENT_DATE in the client's time zone: the same day is another one for another client. Here a day is a UTC
 * day, and expired means that nobody came.
 *
 * No command leaves a row in both tables; where somebody's own SQL did, the archive's has the later story.
 */
function statement({ sessions, archive }: MaintainedTables, byTargetApp: boolean): string {
  const app = byTargetApp ? 'target_app' : 'NULL::text';
  return `
WITH counted AS (
  SELECT ${COLUMNS} FROM ${archive} WHERE ${IN_DAYS}
  UNION ALL
  SELECT ${COLUMNS} FROM ${sessions} here
  WHERE ${IN_DAYS}
    AND NOT EXISTS (
      SELECT FROM (SELECT token_hash, expires_at FROM ${archive} WHERE ${IN_DAYS}) archived
      WHERE archived.token_hash = here.token_hash AND archived.expires_at = here.expires_at
    )
), told AS (
  SELECT (created_at AT TIME ZONE 'UTC')::date AS day, ${app} AS target_app, replays,
         used_at IS NOT NULL AS is_used, revoked_at IS NOT NULL AS is_revoked, expires_at <= now() AS is_expired,
         extract(epoch FROM used_at - created_at)::float8 AS seconds_to_redeem
  FROM counted
), summed AS (
  SELECT day, target_app, grouping(day) = 1 AS is_total,
         count(*) AS created,
         count(*) FILTER (WHERE is_used) AS used,
         count(*) FILTER (WHERE is_revoked) AS revoked,
         count(*) FILTER (WHERE is_expired AND NOT is_used AND NOT is_revoked) AS expired_unused,
         coalesce(sum(replays), 0) AS replays_refused,
         percentile_cont(ARRAY[0.5, 0.95]) WITHIN GROUP (ORDER BY seconds_to_redeem) AS percentiles
  FROM told GROUP BY GROUPING SETS ((day, target_app), ())
)
SELECT to_char(day::timestamp, 'YYYY-MM-DD') AS date, target_app, is_total,
       created, used, revoked, expired_unused, replays_refused,
       round(percentiles[1]::numeric, 3)::float8 AS median, round(percentiles[2]::numeric, 3)::float8 AS p95,
       to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS today
FROM summed`;
}

function toStatistics(rows: readonly CountedRow[], { days, byTargetApp }: Wanted): SessionStatistics {
  const total = rows.find((row) => row.is_total);
  const to = total?.today ?? '';
  const dates = Array.from({ length: days }, (_, back) => daysBefore(to, back));
  const counted = rows.filter((row) => !row.is_total);
  const apps = byTargetApp ? [...new Set(counted.map((row) => row.target_app))].sort() : [null];
  const lines = dates.flatMap((date) => apps.map((app) => ({ date, app })));
  return {
    from: dates.at(-1) ?? to,
    to,
    days: lines.map(({ date, app }) => ({
      date,
      ...(app === null ? {} : { targetApp: app }),
      ...toCounts(counted.find((row) => row.date === date && row.target_app === app)),
    })),
    totals: toCounts(total),
  };
}

function daysBefore(date: string, days: number): string {
  return new Date(Date.parse(date) - days * 86_400_000).toISOString().slice(0, 10);
}

function toCounts(row: CountedRow | undefined): SessionCounts {
  return {
    created: Number(row?.created ?? 0),
    used: Number(row?.used ?? 0),
    revoked: Number(row?.revoked ?? 0),
    expiredUnused: Number(row?.expired_unused ?? 0),
    replaysRefused: Number(row?.replays_refused ?? 0),
    medianSecondsToRedeem: row?.median ?? null,
    p95SecondsToRedeem: row?.p95 ?? null,
  };
}
