import type { Database } from '../database.js';
import type { AuditRow } from './row.js';
import { auditName } from './table.js';

/** A row, and when it was recorded by this process' own steady clock. */
export interface RecordedRow {
  readonly row: AuditRow;
  /** As `performance.now()` has it. */
  readonly recordedAt: number;
}

/** Prepares the one statement that writes any number of rows. Written twice, they are there once. */
export function prepareInsert(
  database: Database,
  sessions: string,
): (recorded: readonly RecordedRow[]) => Promise<void> {
  const statement = insertStatement(sessions);
  return async (recorded) => {
    const now = performance.now();
    const rows = recorded.map(({ row, recordedAt }) => ({ ...row, age_ms: now - recordedAt }));
    await database.runAgainIfCut(statement, [JSON.stringify(rows)]);
  };
}

// Events name a session by its id. Who it is for, and where its issuer or redeemer came from, is in its row.
//
// at        is the database's time, less how long the row has waited here: a flush that was late changes it by no more
//           than its wait for a connection. By now(), which is from before the statement waited for any lock.
// entry_id  is the row's own, or one that every telling of a redemption arrives at, in whichever process: a retry is
//           not to be read as a second redemption. It comes from the hash of the token, hashed once more.
//
// ON CONFLICT names no column: that would take the privilege to read it.
function insertStatement(sessions: string): string {
  return `
INSERT INTO ${auditName(sessions)} (entry_id, at, event, reason, app, user_id, session_id, ip_address, user_agent)
SELECT CASE WHEN e.event = 'redeemed' AND s.id IS NOT NULL
            THEN left(encode(sha256(convert_to('redeemed ' || s.token_hash, 'UTF8')), 'hex'), 32)::uuid
            ELSE e.entry_id END,
       now() - e.age_ms * interval '1 millisecond',
       e.event, e.reason, coalesce(e.app, s.target_app), coalesce(e.user_id, s.user_id::text), e.session_id,
       coalesce(e.ip_address, CASE e.event WHEN 'issued' THEN s.ip_address WHEN 'redeemed' THEN s.redeemed_ip END),
       coalesce(e.user_agent,
                left(CASE e.event WHEN 'issued' THEN s.user_agent WHEN 'redeemed' THEN s.redeemed_user_agent END, 512))
FROM ROWS FROM (json_to_recordset($1::json) AS (
  entry_id uuid, age_ms double precision, event text, reason text, app text, user_id text, session_id bigint,
  ip_address inet, user_agent text
)) WITH ORDINALITY AS e(
  entry_id, age_ms, event, reason, app, user_id, session_id, ip_address, user_agent, number
)
LEFT JOIN ${sessions} s ON s.id = e.session_id
ORDER BY e.number
ON CONFLICT DO NOTHING`;
}
