import type { DerivedSession } from '@cross-app/protocol';
import { readInstant } from '../arguments.js';
import type { RevocationTable } from './known-table.js';

/** Prepares `isRevoked`: see `DerivedSessions` in protocol for its contract. */
export function prepareIsRevoked(table: RevocationTable): (derived: DerivedSession) => Promise<boolean> {
  const statement = isRevokedStatement(table.name);

  return async function isRevoked(derived) {
    const { tokenHash, userId, accountId, sourceApp, targetApp } = derived;
    const issuedAt = readInstant('issuedAt', new Date(derived.issuedAt));
    const values = [tokenHash, userId, accountId, sourceApp, targetApp, issuedAt];
    const [row] = await table.run(statement, values);
    return row?.['is_revoked'] !== 'f';
  };
}

// As endsDerivedSession in protocol. Each part reads an index of its own: a revocation names a handoff, or else a user,
// or neither; of the last kind there are few.
function isRevokedStatement(revocations: string): string {
  const others = `
    AND (r.account_id IS NULL OR r.account_id = $3)
    AND (r.source_app IS NULL OR $4::text IS NULL OR r.source_app = $4)
    AND (r.target_app IS NULL OR r.target_app = $5)
    AND r.issued_before >= $6::timestamptz`;
  return `
SELECT EXISTS (
  SELECT FROM ${revocations} r
  WHERE r.token_hash = $1 AND (r.user_id IS NULL OR r.user_id = $2) ${others}
) OR EXISTS (
  SELECT FROM ${revocations} r
  WHERE r.token_hash IS NULL AND r.user_id = $2 ${others}
) OR EXISTS (
  SELECT FROM ${revocations} r
  WHERE r.token_hash IS NULL AND r.user_id IS NULL ${others}
) AS is_revoked`;
}
