import type { Knex } from 'knex';
import { withoutSchema, withSuffix } from '../../table-name.js';
import type { PartitionInterval } from '../../schema-options.js';
import { inShortTransaction } from '../batches.js';
import { MaintenanceRefused } from '../refused.js';

/** What is added to the name of the table for the CHECK that holds while it is being converted. */
export const BOUND_SUFFIX = '_before';

/** Where the first partition ends. */
export interface Bound {
  /** PostgreSQL's spelling of the instant. */
  readonly instant: string;
  /** `_before_2026_12_31`, for the name of the partition. */
  readonly suffix: string;
}

// A process that is killed leaves the CHECK behind, which then refuses what expires after the bound. A week is time
// to see that and to run it again.
const MIN_DISTANCE = "interval '7 days'";
const MAX_DISTANCE = "interval '1 year'";

/**
 * The first start of an interval that is after everything in the table, and a week away.
 *
 * @throws MaintenanceRefused when a row expires so late that no second partition would begin.
 */
export async function chooseBound(knex: Knex, sessions: string, interval: PartitionInterval): Promise<Bound> {
  const { rows } = await knex.raw<{ rows: [Bound & { latest: string; isTooLate: boolean }] }>(
    `SELECT to_char(bound, 'YYYY-MM-DD HH24:MI:SS+00') AS instant, to_char(bound, '_"before"_YYYY_MM_DD') AS suffix,
            latest::text AS latest, latest > now() + ${MAX_DISTANCE} AS "isTooLate"
     FROM (SELECT max(expires_at) AS latest FROM ${sessions}) rows
     CROSS JOIN LATERAL (
       SELECT date_trunc(:unit, greatest(latest, now() + ${MIN_DISTANCE}) AT TIME ZONE 'UTC') + :step::interval AS bound
     ) bounds`,
    { unit: interval, step: `1 ${interval}` },
  );
  const [{ latest, isTooLate, instant, suffix }] = rows;
  if (!isTooLate) return { instant, suffix };
  throw new MaintenanceRefused(
    `A row of ${sessions} expires more than a year from now (${latest}), and no partition can begin before that: correct or delete it first.`,
  );
}

/**
 * Lets PostgreSQL know that every row is before the bound, so that it need not look when the table becomes a
 * partition. Reading them all blocks nobody; only announcing it needs the table for an instant.
 */
export async function addBound(knex: Knex, sessions: string, { instant }: Bound): Promise<void> {
  const name = boundName(sessions);
  await alter(
    knex,
    `ALTER TABLE ${sessions} ADD CONSTRAINT ${name} CHECK (expires_at < '${instant}') NOT VALID`,
  );
  await knex.raw(`ALTER TABLE ${sessions} VALIDATE CONSTRAINT ${name}`);
}

/** Takes it away again, where it is. */
export async function dropBound(knex: Knex, sessions: string): Promise<void> {
  const { rows } = await knex.raw<{ rows: unknown[] }>(
    `SELECT FROM pg_constraint JOIN pg_class ON pg_class.oid = conrelid
     WHERE conrelid = ?::regclass AND relkind = 'r' AND quote_ident(conname) = quote_ident(?)`,
    [sessions, boundName(sessions).slice(1, -1)],
  );
  if (rows.length === 0) return;
  await alter(knex, `ALTER TABLE ${sessions} DROP CONSTRAINT ${boundName(sessions)}`);
}

/** Quoted, and without a schema, as names of constraints are. */
export function boundName(sessions: string): string {
  return withoutSchema(withSuffix(sessions, BOUND_SUFFIX));
}

async function alter(knex: Knex, statement: string): Promise<void> {
  await inShortTransaction(knex, (trx) => trx.raw(statement));
}
