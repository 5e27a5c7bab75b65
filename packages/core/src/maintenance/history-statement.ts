import type { MaintainedTables } from './tables.js';

// What the rows are known by. Not `test`, whose rows `seedDevelopmentData` deletes.
const SOURCE_APP = 'test-history';
const USER_AGENT = 'cross-app seed --history';

/** True in SQL for a row that was made up. */
export function isHistory(): string {
  return `source_app = '${SOURCE_APP}' AND user_agent = '${USER_AGENT}'`;
}

/** How many users there are. */
export const USERS = 20;

/** The address of the user with this `number`, in SQL. */
export const EMAIL = "'history-' || number || '@example.com'";

/** One of eight independent numbers from 0 to below 1, out of a row's hash. */
const chance = (which: number): string =>
  `(('x' || substr(hash, ${8 * which + 1}, 8))::bit(32)::bigint / 4294967296.0)::float8`;

/** What a text is drawn from: the same for the same seed, on every server and in whatever order rows are made. */
const hashOf = (text: string): string => `encode(sha256(convert_to(${text}, 'UTF8')), 'hex')`;

const TODAY = `date_trunc('day', now() AT TIME ZONE 'UTC')`;
const COLUMNS = `id, token_hash, user_id, source_app, target_app, user_agent, created_at, expires_at, used_at, redemption_id, revoked_at, replays`;

/**
 * SQL that makes the rows, with `:days`, `:perDay`, `:randomSeed`, `:users` and the table `:sessions`. The time of day
 * is a triangle with its top at noon, on a low floor. Seconds to redeem are log-normal: half of them below 4, a
 * twentieth above 24. Ids come from the one sequence of both tables' rows.
 */
export function historyStatement({ sessions, archive, users }: MaintainedTables): string {
  return `
WITH days AS (
  SELECT to_char(day, 'YYYY-MM-DD') AS date, day AT TIME ZONE 'UTC' AS midnight,
         CASE WHEN extract(isodow FROM day) > 5 THEN 0.55 ELSE 1 END AS share,
         ${hashOf(`:randomSeed::int || ' ' || to_char(day, 'YYYY-MM-DD')`)} AS hash
  FROM generate_series(0, :days::int - 1) AS back, LATERAL (SELECT ${TODAY} - back * interval '1 day' AS day) days
), drawn AS (
  SELECT midnight, ${hashOf(`'history ' || days.hash || ' ' || number`)} AS hash
  FROM days, generate_series(1, ceil(:perDay::int * share * (0.9 + 0.2 * ${chance(0)}))::int) AS number
), told AS (
  SELECT hash,
         midnight + 86400 * CASE WHEN ${chance(0)} < 0.15 THEN ${chance(1)} ELSE (${chance(1)} + ${chance(2)}) / 2 END
           * interval '1 second' AS created_at,
         least(800, exp(ln(4) + 1.1 * sqrt(-2 * ln(1 - ${chance(3)})) * cos(2 * pi() * ${chance(4)})))
           * interval '1 second' AS until_redeemed,
         ${chance(5)} AS fate,
         1 + floor(:users::int * ${chance(6)} ^ 2) AS user_number,
         CASE WHEN ${chance(7)} < 0.85 THEN 'hi-events' ELSE 'test-tickets' END AS target_app
  FROM drawn
), people AS (
  SELECT DISTINCT ON (number) number, u.id
  FROM generate_series(1, :users::int) AS number
  JOIN ${users} u ON lower(u.email) = ${EMAIL}
  ORDER BY number, u.id
), made AS MATERIALIZED (
  SELECT nextval(pg_get_serial_sequence(:sessions, 'id')) AS id, hash AS token_hash, people.id AS user_id,
         '${SOURCE_APP}' AS source_app, target_app, '${USER_AGENT}' AS user_agent, created_at, expires_at,
         CASE WHEN fate < 0.85 THEN created_at + until_redeemed END AS used_at,
         CASE WHEN fate < 0.85 THEN left(hash, 32)::uuid END AS redemption_id,
         CASE WHEN fate >= 0.84 AND fate < 0.86 THEN created_at + until_redeemed + interval '20 seconds' END AS revoked_at,
         CASE WHEN fate < 0.002 THEN 2 WHEN fate < 0.01 THEN 1 ELSE 0 END AS replays
  FROM told JOIN people ON number = user_number,
       LATERAL (SELECT to_timestamp(ceil(extract(epoch FROM created_at)) + 900) AS expires_at) life
  WHERE expires_at < now()
  ORDER BY created_at
), of_today AS (
  INSERT INTO ${sessions} (${COLUMNS}) SELECT ${COLUMNS} FROM made WHERE expires_at >= ${TODAY} AT TIME ZONE 'UTC'
  RETURNING id
), before AS (
  INSERT INTO ${archive} (${COLUMNS}) SELECT ${COLUMNS} FROM made WHERE expires_at < ${TODAY} AT TIME ZONE 'UTC'
  RETURNING id
)
SELECT (SELECT count(*) FROM of_today)::int + count(*)::int AS sessions, count(*)::int AS archived,
       (SELECT min(date) FROM days) AS from, (SELECT max(date) FROM days) AS to
FROM before`;
}
