// Every rival stores who issued and redeemed, as far as its table has columns for it.
import { createCrossAppSessions } from '@cross-app/core';
import { must } from '../verbs/by-calls.mjs';
import { personOf, TARGET_APP, TTL_SECONDS } from '../verbs/handoff.mjs';
import { hashOf, makeToken } from '../verbs/token.mjs';

const CLIENT = {
  userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
  ipAddress: '203.0.113.7',
};

/** `issue(n)` gives a token, `redeem(token)` throws unless it was good. */
export const RIVALS = {
  batched: (knex) => ours(knex, {}),
  single: (knex) => ours(knex, { batch: false }),
  'hand-written': handWritten,
};

/** Also used where memory is measured, with other settings. */
export function ours(knex, settings) {
  const sessions = createCrossAppSessions({ knex, appId: 'tuvens', ...settings });
  return {
    async issue(n) {
      const { token } = await sessions.issue({ userId: personOf(n), targetApp: TARGET_APP, ...CLIENT });
      return token;
    },
    async redeem(token) {
      const { session, user } = await sessions.redeem(token, { targetApp: TARGET_APP, ...CLIENT });
      must(session.userId === user.id, 'cross-app');
    },
  };
}

function handWritten(knex, table) {
  const insert = `
    INSERT INTO ${table} (token_hash, user_id, target_app, expires_at, user_agent, ip_address)
    VALUES ($1, $2, $3, now() + make_interval(secs => $4), $5, $6)`;
  const update = `
    UPDATE ${table} SET used_at = now()
    WHERE token_hash = $1 AND target_app = $2 AND used_at IS NULL AND revoked_at IS NULL AND expires_at > now()`;
  return {
    async issue(n) {
      const token = makeToken();
      const values = [hashOf(token), personOf(n), TARGET_APP, TTL_SECONDS, ...Object.values(CLIENT)];
      await query(knex, { name: 'issue', text: insert, values });
      return token;
    },
    async redeem(token) {
      const { rowCount } = await query(knex, {
        name: 'redeem',
        text: update,
        values: [hashOf(token), TARGET_APP],
      });
      must(rowCount === 1, 'the prepared statement');
    },
  };
}

async function query(knex, statement) {
  const connection = await knex.client.acquireConnection();
  try {
    return await connection.query(statement);
  } finally {
    await knex.client.releaseConnection(connection);
  }
}
