import type { RevocationOutbox } from '@cross-app/protocol';
import { invalid, readAppId } from '../arguments.js';
import { text } from '../lifecycle/stored-session.js';
import type { RevocationTable } from './known-table.js';
import { revocationJson } from './record.js';
import { fromJson, readUuid } from './revocation.js';

const MAX_CLAIM = 1_000;

/** Makes what hands revocations to a sender: see `RevocationOutbox` in protocol for its contract. */
export function createOutbox(table: RevocationTable): RevocationOutbox {
  const claim = claimStatement(table.name);
  const confirm = confirmStatement(table.name);
  return {
    claim: async (targetApp, limit) => {
      if (!Number.isInteger(limit) || limit < 1 || limit > MAX_CLAIM) {
        throw invalid(`limit must be a whole number from 1 to ${MAX_CLAIM}.`);
      }
      const rows = await table.run(claim, [readAppId('targetApp', targetApp), limit]);
      return rows.map((row) => fromJson(text(row, 'revocation')));
    },
    confirm: async (targetApp, ids) => {
      const app = readAppId('targetApp', targetApp);
      const list = ids.map(readUuid);
      if (list.length > 0) await table.run(confirm, [app, `{${list.join(',')}}`]);
    },
  };
}

// Nothing is marked as being sent: a sender that dies would leave it behind, and two that send the same do no harm.
// By what is not delivered, and not by where the last claim ended: a revocation may commit after a later one.
function claimStatement(revocations: string): string {
  const oldest = (condition: string): string => `(
    SELECT r.* FROM ${revocations} r
    WHERE ${condition} AND r.created_at > now() - interval '7 days'
    ORDER BY r.created_at LIMIT $2
  )`;
  return `
SELECT ${revocationJson('r')} AS revocation
FROM (
  ${oldest("r.target_app = $1 AND r.delivered_to = '{}'")}
  UNION ALL
  ${oldest('r.target_app IS NULL AND NOT r.delivered_to @> ARRAY[$1]')}
) r
ORDER BY r.created_at, r.id
LIMIT $2`;
}

function confirmStatement(revocations: string): string {
  return `
UPDATE ${revocations} r SET delivered_to = array_append(r.delivered_to, $1)
WHERE r.id = ANY ($2::uuid[])
  AND (r.target_app IS NULL OR r.target_app = $1)
  AND NOT r.delivered_to @> ARRAY[$1]`;
}
