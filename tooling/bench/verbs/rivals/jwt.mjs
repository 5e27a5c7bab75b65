// A signed token that needs no row, and a table of the ids that were used.
import { createSecretKey, randomBytes, randomUUID } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { byCalls, must } from '../by-calls.mjs';
import { personOf, TARGET_APP, TTL_SECONDS } from '../handoff.mjs';
import { openPool } from '../pools.mjs';

const TABLE = 'CREATE TABLE IF NOT EXISTS used_jti (jti uuid PRIMARY KEY, expires_at timestamptz NOT NULL)';
const INSERT = 'INSERT INTO used_jti VALUES ($1, to_timestamp($2)) ON CONFLICT DO NOTHING';
const SELECT = `
  SELECT u.email, u.name, a.slug FROM users u LEFT JOIN accounts a ON a.id = $2
  WHERE u.id = $1`;

const JWT = {
  share: 1,
  tables: ['used_jti'],
  issued: [], // nothing is stored
  used: ['used_jti'],
  left: [],
};

/** Trusts what the token says of the person. */
export const jwtWithJti = { name: 'JWT + jti', ...JWT, open: (url) => open(url, () => undefined) };
/** Reads the user and the account, as a redeem of ours does. */
export const jwtWithUser = { name: 'JWT + jti + user', ...JWT, open: (url) => open(url, readPeople) };

async function open(url, readAlso) {
  const pool = openPool(url);
  await pool.query(TABLE);
  const secret = createSecretKey(randomBytes(32));
  const rules = { algorithms: ['HS256'], audience: TARGET_APP };
  return byCalls({
    issue: (n) =>
      jwt.sign({ account: personOf(n) }, secret, {
        subject: String(personOf(n)),
        audience: TARGET_APP,
        jwtid: randomUUID(),
        expiresIn: TTL_SECONDS,
      }),
    async redeem(token) {
      const { jti, exp, sub, account } = jwt.verify(token, secret, rules);
      const { rowCount } = await pool.query({ name: 'use', text: INSERT, values: [jti, exp] });
      must(rowCount === 1, 'the table of jti');
      await readAlso(pool, [sub, account]);
    },
    close: () => pool.end(),
  });
}

async function readPeople(pool, values) {
  const { rows } = await pool.query({ name: 'people', text: SELECT, values });
  must(rows[0]?.slug !== undefined, 'the table of users');
}
