import type { Knex } from 'knex';
import { isOnlyRecord } from '../schema-record.js';
import { besideTable } from '../table-name.js';

/** `"auth"."handoffs"` → `"auth"."cross_app_audit"`: one for all the tables of handoffs in a schema. */
export function auditName(quotedSessions: string): string {
  return besideTable(quotedSessions, '"cross_app_audit"');
}

/**
 * Makes `cross_app_audit`, unless another table of handoffs in the schema has. No foreign keys: it outlives the
 * sessions and the users it tells of. Rows are only added; DELETE is left to retention.
 */
export async function createAuditTable(knex: Knex, sessions: string): Promise<void> {
  const audit = auditName(sessions);
  const refuse = refusalName(sessions);
  await knex.raw(`
CREATE TABLE IF NOT EXISTS ${audit} (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  entry_id uuid NOT NULL DEFAULT gen_random_uuid() CONSTRAINT uq_cross_app_audit_entry_id UNIQUE,
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  event text NOT NULL CONSTRAINT chk_cross_app_audit_event
    CHECK (event IN ('issued', 'redeemed', 'rejected', 'replayed', 'revoked', 'credential_rejected')),
  reason text,
  app varchar(50),
  user_id text,
  session_id bigint,
  ip_address inet,
  user_agent text
);
CREATE INDEX IF NOT EXISTS idx_cross_app_audit_at ON ${audit} (at);

CREATE OR REPLACE FUNCTION ${refuse}() RETURNS trigger LANGUAGE plpgsql AS $function$
BEGIN
  RAISE EXCEPTION '% is append-only: no % of it', TG_TABLE_NAME, TG_OP
    USING ERRCODE = 'object_not_in_prerequisite_state';
END
$function$;
CREATE OR REPLACE TRIGGER cross_app_audit_append_only BEFORE UPDATE OR TRUNCATE ON ${audit}
  FOR EACH STATEMENT EXECUTE FUNCTION ${refuse}();`);
}

/** Drops it with every row, unless another table of handoffs in the schema goes on using it. */
export async function dropAuditTable(knex: Knex, sessions: string): Promise<void> {
  if (!(await isOnlyRecord(knex, sessions))) return;
  await knex.raw(`
DROP TABLE IF EXISTS ${auditName(sessions)};
DROP FUNCTION IF EXISTS ${refusalName(sessions)}();`);
}

function refusalName(sessions: string): string {
  return besideTable(sessions, '"cross_app_audit_append_only"');
}
