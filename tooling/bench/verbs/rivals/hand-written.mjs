// What a careful person types: one prepared statement for each verb on our table, and none of our guarantees.
import { byCalls, must } from '../by-calls.mjs';
import { personOf, TARGET_APP, TTL_SECONDS } from '../handoff.mjs';
import { openPool } from '../pools.mjs';
import { hashOf, makeToken } from '../token.mjs';
import { OUR_TABLE } from './our-table.mjs';

const INSERT = `
  INSERT INTO cross_app_sessions (token_hash, user_id, account_id, target_app, expires_at)
  VALUES ($1, $2, $3, $4, now() + make_interval(secs => $5))`;
const UPDATE = `
  UPDATE cross_app_sessions SET used_at = now()
  WHERE token_hash = $1 AND target_app = $2
    AND used_at IS NULL AND revoked_at IS NULL AND expires_at > now()
  RETURNING *`;

export const handWritten = {
  name: 'hand-written',
  ...OUR_TABLE,
  open: (url) => byCalls(openHandWritten(url)),
};

export function openHandWritten(url) {
  const pool = openPool(url);
  return {
    async issue(n) {
      const token = makeToken();
      const person = personOf(n);
      const values = [hashOf(token), person, person, TARGET_APP, TTL_SECONDS];
      await pool.query({ name: 'issue', text: INSERT, values });
      return token;
    },
    async redeem(token) {
      const values = [hashOf(token), TARGET_APP];
      const { rows } = await pool.query({ name: 'redeem', text: UPDATE, values });
      must(rows[0]?.used_at !== undefined, 'the prepared statement');
    },
    close: () => pool.end(),
  };
}
