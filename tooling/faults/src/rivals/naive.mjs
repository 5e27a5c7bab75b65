// What is written first, and found in many an app: look whether it is unused, then mark it used.
import { randomBytes } from 'node:crypto';
import pg from 'pg';

export async function openNaive(connectionString, { ttlMs }) {
  const pool = new pg.Pool({ connectionString, max: 10 });
  await pool.query(
    'CREATE TABLE naive_tokens (token text PRIMARY KEY, expires_at timestamptz NOT NULL, used_at timestamptz)',
  );
  return {
    userId: '1',
    async issue() {
      const token = randomBytes(32).toString('hex');
      await pool.query('INSERT INTO naive_tokens (token, expires_at) VALUES ($1, $2)', [
        token,
        new Date(Date.now() + ttlMs),
      ]);
      return token;
    },
    async redeem(token) {
      const { rows } = await pool.query('SELECT expires_at, used_at FROM naive_tokens WHERE token = $1', [
        token,
      ]);
      if (rows.length === 0 || rows[0].used_at !== null || rows[0].expires_at < new Date()) {
        throw new RangeError('refused');
      }
      await pool.query('UPDATE naive_tokens SET used_at = now() WHERE token = $1', [token]);
    },
    close: () => pool.end(),
  };
}
