import type { Knex } from 'knex';
import { isOnlyRecord } from '../schema-record.js';
import { besideTable, unquote, withoutSchema } from '../table-name.js';

/** `"auth"."handoffs"` → `"auth"."cross_app_revocations"`: one for all the tables of handoffs in a schema. */
export function revocationsName(quotedSessions: string): string {
  return besideTable(quotedSessions, '"cross_app_revocations"');
}

/**
 * Makes a table of revocations, unless it is there. No foreign keys: a revocation outlives the session, and often comes
 * to a database that has no sessions at all. Each index is of one way in which a revocation can say whom it is about,
 * and the last two are of what is to be delivered: an index entry goes as soon as the one app that it is for has it.
 */
export async function createRevocationTable(knex: Knex, revocations: string): Promise<void> {
  const name = unquote(withoutSchema(revocations));
  await knex.raw(`
CREATE TABLE IF NOT EXISTS ${revocations} (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  token_hash text CONSTRAINT "chk_${name}_token_hash" CHECK (token_hash ~ '^[0-9a-f]{64}$'),
  user_id text,
  account_id text,
  source_app varchar(50),
  target_app varchar(50),
  issued_before timestamptz NOT NULL,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  delivered_to text[] NOT NULL DEFAULT '{}'
);
CREATE INDEX IF NOT EXISTS "idx_${name}_token_hash" ON ${revocations} (token_hash)
  WHERE token_hash IS NOT NULL;
CREATE INDEX IF NOT EXISTS "idx_${name}_user_id" ON ${revocations} (user_id, issued_before)
  WHERE token_hash IS NULL AND user_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS "idx_${name}_others" ON ${revocations} (issued_before)
  WHERE token_hash IS NULL AND user_id IS NULL;
CREATE INDEX IF NOT EXISTS "idx_${name}_created_at" ON ${revocations} (created_at);
CREATE INDEX IF NOT EXISTS "idx_${name}_for_one" ON ${revocations} (target_app, created_at)
  WHERE target_app IS NOT NULL AND delivered_to = '{}';
CREATE INDEX IF NOT EXISTS "idx_${name}_for_all" ON ${revocations} (created_at)
  WHERE target_app IS NULL;`);
}

/**
 * Lets every role that may change the handoffs write what ends the sign-ins made from them: a migration must not take
 * from anybody the power to revoke.
 */
export async function grantRevocations(knex: Knex, sessions: string): Promise<void> {
  const { rows } = await knex.raw<{ rows: { role: string }[] }>(
    `SELECT DISTINCT CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END AS role
     FROM pg_class, aclexplode(relacl)
     WHERE pg_class.oid = ?::regclass AND privilege_type = 'UPDATE' AND grantee <> relowner`,
    [sessions],
  );
  const revocations = revocationsName(sessions);
  for (const { role } of rows) {
    await knex.raw(`GRANT SELECT, INSERT, UPDATE (delivered_to) ON ${revocations} TO ${role}`);
  }
}

/** Drops it with every row, unless another table of handoffs in the schema goes on using it. */
export async function dropSharedRevocations(knex: Knex, sessions: string): Promise<void> {
  if (!(await isOnlyRecord(knex, sessions))) return;
  await knex.raw(`DROP TABLE IF EXISTS ${revocationsName(sessions)}`);
}
