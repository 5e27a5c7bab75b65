import type { Knex } from 'knex';
import { GIVE_WAY, tryUntilUnlocked } from '../../unlocked.js';
import type { MaintainedTables } from '../tables.js';
import { quote } from './copy-text.js';
import type { BackupColumn, Place } from './format.js';
import { count, isAbsent, isSameToken, KEEP_REDEMPTION, OF_REDEMPTION, withRevokedAt } from './merge.js';
import type { Restoration, RestoreCounts } from './merge.js';
import { settleIds, STAGE } from './stage.js';

// Types of ours that can be compared. A column of the host's may be json, which cannot.
const COMPARABLE =
  /^(bigint|integer|uuid|text|inet|jsonb|character varying(\(\d+\))?|timestamp with time zone)$/;
const PLACES = ['sessions', 'archive'] as const;

/**
 * Makes the tables hold the backup's rows and no others. Sign-ins wait from when the tables are locked to the end of
 * the transaction, since what is issued meanwhile would be removed.
 */
export async function replace(trx: Knex.Transaction, restoration: Restoration): Promise<RestoreCounts> {
  const { tables, dryRun } = restoration;
  if (!dryRun) await lockOut(trx, tables);
  const { revoked } = await settleStates(trx, tables);
  if (!dryRun) await settleIds(trx, tables, []);
  const counts = await countDifferences(trx, restoration);
  if (!dryRun) {
    for (const place of PLACES) await removeOthers(trx, restoration, place);
    for (const place of PLACES) await insertMissing(trx, restoration, place);
  }
  return { ...counts, revoked };
}

// In short tries: a redeem that comes while we wait for one that hangs must not wait with us.
async function lockOut(trx: Knex.Transaction, { sessions, archive }: MaintainedTables): Promise<void> {
  await tryUntilUnlocked(() =>
    trx.transaction((attempt) =>
      attempt.raw(
        `${GIVE_WAY}; LOCK TABLE ${sessions}, ${archive} IN EXCLUSIVE MODE; SET LOCAL lock_timeout = 0`,
      ),
    ),
  );
}

/** Lets no token come back to life: see merge.ts. Here the rows of the stage become what the tables will hold. */
async function settleStates(
  trx: Knex.Transaction,
  { sessions, archive }: MaintainedTables,
): Promise<{ revoked: number }> {
  const [ofTable, ofBackup] = ['t', 'b'].map((alias) =>
    OF_REDEMPTION.map((name) => `${alias}.${name}`).join(', '),
  );
  for (const table of [sessions, archive]) {
    await trx.raw(`
UPDATE ${STAGE} b
SET ${KEEP_REDEMPTION}, replays = greatest(t.replays, b.replays), revoked_at = least(t.revoked_at, b.revoked_at)
FROM ${table} t
WHERE ${isSameToken('t', 'b')}
  AND ((t.used_at IS NOT NULL AND (${ofTable}) IS DISTINCT FROM (${ofBackup}))
    OR b.revoked_at IS DISTINCT FROM least(t.revoked_at, b.revoked_at)
    OR t.replays > b.replays)`);
  }
  return count<'revoked'>(
    trx,
    `WITH revoked AS (
       UPDATE ${STAGE} SET revoked_at = now() WHERE used_at IS NULL AND revoked_at IS NULL RETURNING restore_left_out
     ) SELECT count(*) FILTER (WHERE NOT restore_left_out) AS revoked FROM revoked`,
  );
}

async function countDifferences(
  trx: Knex.Transaction,
  { tables, columns }: Restoration,
): Promise<Omit<RestoreCounts, 'revoked'>> {
  const { kept, inserted, leftOut } = await count<'kept' | 'inserted' | 'leftOut'>(
    trx,
    `SELECT count(*) FILTER (WHERE restore_left_out) AS "leftOut",
            count(*) FILTER (WHERE NOT restore_left_out) AS kept,
            count(*) FILTER (WHERE NOT restore_left_out AND absent.yes) AS inserted
     FROM ${STAGE} b LEFT JOIN (SELECT token_hash, true AS yes FROM ${STAGE} b WHERE ${isAbsent(tables)}) absent
       USING (token_hash)`,
  );
  let same = 0;
  let removed = 0;
  for (const place of PLACES) {
    const found = await count<'same' | 'removed'>(
      trx,
      `SELECT count(*) FILTER (WHERE ${isKept(place)} AND ${isEqual(columns)}) AS same,
              count(*) FILTER (WHERE b.token_hash IS NULL OR b.restore_left_out) AS removed
       FROM ${tables[place]} t LEFT JOIN ${STAGE} b ON ${isSameToken('t', 'b')}`,
    );
    same += found.same;
    removed += found.removed;
  }
  return { inserted, updated: kept - inserted - same, removed, leftOut };
}

// Not emptied and filled again: what is equal already keeps its row, and what the host refers to it with.
async function removeOthers(
  trx: Knex.Transaction,
  { tables, columns }: Restoration,
  place: Place,
): Promise<void> {
  await trx.raw(`
DELETE FROM ${tables[place]} t
WHERE NOT EXISTS (
  SELECT FROM ${STAGE} b WHERE ${isSameToken('t', 'b')} AND ${isKept(place)} AND ${isEqual(columns)}
)`);
}

async function insertMissing(
  trx: Knex.Transaction,
  { tables, columns }: Restoration,
  place: Place,
): Promise<void> {
  const names = withRevokedAt(columns.map(({ name }) => name)).map(quote);
  await trx.raw(`
INSERT INTO ${tables[place]} (${names.join(', ')})
SELECT ${names.map((name) => `b.${name}`).join(', ')} FROM ${STAGE} b
WHERE ${isKept(place)} AND NOT EXISTS (SELECT FROM ${tables[place]} t WHERE ${isSameToken('t', 'b')})
ORDER BY b.id`);
}

function isKept(place: Place): string {
  return `b.restore_place = '${place}' AND NOT b.restore_left_out`;
}

function isEqual(columns: readonly BackupColumn[]): string {
  const side = (alias: string): string =>
    columns
      .map(({ name, type }) => `${alias}.${quote(name)}${COMPARABLE.test(type) ? '' : '::text'}`)
      .join(', ');
  return `(${side('b')}) IS NOT DISTINCT FROM (${side('t')})`;
}
