// Tokens for a bench that uses them up: made here, and stored in one statement before the clock starts.
import { createHash, randomBytes } from 'node:crypto';
import { makeToken, parseToken } from '@cross-app/protocol';

/** The app that tokens are for, unless it is said. */
export const TARGET_APP = 'hi-events';

/** How many people there are in the template; their ids begin with 1. */
export const PEOPLE = 1000;

const SOURCE_APP = 'tuvens';
const TTL_SECONDS = 900;

/** In SQL, what a row has that is no longer as it was issued. */
const STATES = {
  unused: { columns: '', values: '' },
  used: { columns: ', used_at, redemption_id', values: ', now(), gen_random_uuid()' },
  revoked: { columns: ', revoked_at', values: ', now()' },
};

/** Tokens that are right in every way, of which nobody knows; `ttlSeconds` below zero is for those that have ended. */
export function makeTokens(count, ttlSeconds = TTL_SECONDS) {
  const expiresAtSeconds = Math.floor(Date.now() / 1000) + ttlSeconds;
  return Array.from({ length: count }, () => makeToken({ randomBytes: randomBytes(32), expiresAtSeconds }));
}

/** Empties the table and stores so many tokens in it. */
export async function storeTokens(knex, count, how) {
  await emptyTable(knex);
  return addTokens(knex, count, how);
}

/**
 * Stores so many tokens, of the 1,000 people in turn: neighbours lock no person of another. With accounts, each names that of
 * its person.
 */
export async function addTokens(knex, count, how = {}) {
  const { state = 'unused', targetApp = TARGET_APP, withAccounts = false } = how;
  const tokens = makeTokens(count);
  const { columns, values } = STATES[state];
  const person = `1 + n % ${PEOPLE}`;
  await knex.raw(
    `INSERT INTO cross_app_sessions (token_hash, user_id, account_id, source_app, target_app, expires_at${columns})
     SELECT hash, ${person}, ${withAccounts ? person : 'NULL'}, ?, ?, to_timestamp(expires_at)${values}
     FROM unnest(?::text[], ?::bigint[]) WITH ORDINALITY AS stored (hash, expires_at, n)`,
    [SOURCE_APP, targetApp, tokens.map(hashOf), tokens.map((token) => parseToken(token).expiresAtSeconds)],
  );
  await knex.raw('ANALYZE cross_app_sessions');
  return tokens;
}

export function emptyTable(knex) {
  return knex.raw('TRUNCATE cross_app_sessions');
}

/** How many rows there are for which this holds, in SQL. */
export async function countRows(knex, condition = 'true') {
  const { rows } = await knex.raw(`SELECT count(*)::int AS count FROM cross_app_sessions WHERE ${condition}`);
  return rows[0].count;
}

export function hashOf(token) {
  return createHash('sha256').update(token).digest('hex');
}
