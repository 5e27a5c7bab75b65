import type { Knex } from 'knex';
import { auditName } from '../audit/table.js';
import { refuseUnknownKeys } from '../options.js';
import { DURABLE } from '../store.js';
import { isSameRow } from '../token-hash.js';
import { inTransaction } from './batches.js';
import { findTables } from './tables.js';
import type { TableChoice } from './tables.js';

/** Options of {@link startNewEpoch}. */
export interface NewEpochOptions extends TableChoice {
  /** Only count. Default false. */
  readonly dryRun?: boolean;
}

/** What {@link startNewEpoch} did. */
export interface NewEpochReport {
  /** How many tokens; with `dryRun`, how many there are to revoke. */
  readonly revoked: number;
  readonly dryRun: boolean;
}

// A retry is answered for a minute longer than a token lives.
const IS_OUTSTANDING = "s.revoked_at IS NULL AND s.expires_at > now() - interval '60 seconds'";

/**
 * Revokes every token that could still be redeemed or retried, in one statement: for a database that has gone back in
 * time, or is a copy, and does not show it by its timeline. Whatever version of the apps runs, and whatever their option
 * `epoch`, none of them redeems such a token afterwards. Sign-ins that were made from them go on: `revokeInBatches` ends
 * those. To be run before any app is let in. Each token has an entry in the audit, where this role may write there.
 *
 * @throws TypeError for an unknown option.
 * @throws MaintenanceRefused when there is no such table, or several and none was named.
 * @example
 * const { revoked } = await startNewEpoch(knex);
 */
export async function startNewEpoch(knex: Knex, options: NewEpochOptions = {}): Promise<NewEpochReport> {
  refuseUnknownKeys('startNewEpoch', options, ['sessionsTable', 'dryRun']);
  const { dryRun = false, ...choice } = options;
  const { sessions } = await findTables(knex, choice);
  if (dryRun) {
    const { rows } = await knex.raw<{ rows: [{ outstanding: string }] }>(
      `SELECT count(*) AS outstanding FROM ${sessions} s WHERE ${IS_OUTSTANDING}`,
    );
    return { revoked: Number(rows[0].outstanding), dryRun };
  }
  const audit = await findAudit(knex, sessions);
  const { rowCount } = await inTransaction(knex, (trx) =>
    trx.raw<{ rowCount: number }>(revokeStatement(sessions, audit)),
  );
  return { revoked: rowCount, dryRun };
}

/** Null where it is not there, or not for this role to write in: what has to be revoked is revoked all the same. */
async function findAudit(knex: Knex, sessions: string): Promise<string | null> {
  const audit = auditName(sessions);
  const { rows } = await knex.raw<{ rows: [{ isWritable: boolean | null }] }>(
    `SELECT has_table_privilege(to_regclass(?), 'INSERT') AS "isWritable"`,
    [audit],
  );
  return rows[0].isWritable ? audit : null;
}

// Rows are locked in the order of their ids, as revokeAll does, so that two never wait for each other in a circle. A
// redeem under way is waited for.
function revokeStatement(sessions: string, audit: string | null): string {
  const told =
    audit === null
      ? ''
      : `, told AS (
  INSERT INTO ${audit} (event, reason, app, user_id, session_id)
  SELECT 'revoked', 'new epoch', target_app, user_id::text, id FROM doomed
)`;
  return `
WITH rules AS MATERIALIZED (
  SELECT ${DURABLE}
), doomed AS MATERIALIZED (
  SELECT s.id, s.token_hash, s.expires_at, s.target_app, s.user_id
  FROM ${sessions} s, rules
  WHERE rules.durable IS NOT NULL AND ${IS_OUTSTANDING}
  ORDER BY s.id
  FOR UPDATE OF s
)${told}
UPDATE ${sessions} t SET revoked_at = now() FROM doomed WHERE ${isSameRow('t', 'doomed')}`;
}
