/** The table of the document that this project implements, as it is there: every index, nothing of ours. */
export const SEED_TABLE = 'seed.cross_app_sessions';

/** Makes it beside ours, with the rows of ours. */
export async function addSeedTable(knex) {
  await knex.raw(`
CREATE SCHEMA seed;
CREATE TABLE ${SEED_TABLE} (
  id serial PRIMARY KEY,
  token_hash varchar(255) NOT NULL UNIQUE,
  user_id integer NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  account_id integer REFERENCES accounts (id) ON DELETE CASCADE,
  expires_at timestamp NOT NULL,
  created_at timestamp DEFAULT CURRENT_TIMESTAMP,
  used_at timestamp,
  revoked_at timestamp,
  source_app varchar(50) DEFAULT 'tuvens',
  target_app varchar(50) DEFAULT 'hi-events',
  user_agent text,
  ip_address inet
);
CREATE INDEX idx_cross_app_sessions_token_hash ON ${SEED_TABLE} (token_hash);
CREATE INDEX idx_cross_app_sessions_expires_at ON ${SEED_TABLE} (expires_at);
CREATE INDEX idx_cross_app_sessions_user_id ON ${SEED_TABLE} (user_id);
CREATE INDEX idx_cross_app_sessions_created_at ON ${SEED_TABLE} (created_at);
CREATE INDEX idx_cross_app_sessions_cleanup ON ${SEED_TABLE} (expires_at, revoked_at) WHERE revoked_at IS NULL;
INSERT INTO ${SEED_TABLE} (token_hash, user_id, expires_at, created_at, used_at, revoked_at, user_agent, ip_address)
  SELECT token_hash, user_id, expires_at, created_at, used_at, revoked_at, user_agent, ip_address
  FROM cross_app_sessions ORDER BY id;`);
  await knex.raw(`VACUUM (ANALYZE, FREEZE) ${SEED_TABLE}`);
}
