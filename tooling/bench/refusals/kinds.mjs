// What is refused, and as what: `make(knex, count)` gives tokens to be refused, none of them twice.
import { makeTokens, storeTokens } from '../common/tokens.mjs';

const HOUR = 3_600;

/** The first one is no refusal: what the others are beside in process. */
export const KINDS = [
  { name: 'accepted', code: 'accepted', status: 200, make: storeTokens },
  {
    name: 'wrong length',
    code: 'token_malformed',
    status: 400,
    isFree: true,
    make: (_, count) => makeTokens(count).map((token) => token.slice(0, -1)),
  },
  {
    name: 'wrong checksum',
    code: 'token_malformed',
    status: 400,
    isFree: true,
    make: (_, count) => makeTokens(count).map(withWrongChecksum),
  },
  {
    name: 'long expired',
    code: 'token_expired',
    status: 401,
    isFree: true,
    make: (_, count) => makeTokens(count, -HOUR),
  },
  { name: 'unknown', code: 'token_unknown', status: 401, make: (_, count) => makeTokens(count) },
  { name: 'used', code: 'token_used', status: 401, make: stored({ state: 'used' }) },
  { name: 'revoked', code: 'token_revoked', status: 401, make: stored({ state: 'revoked' }) },
  { name: 'wrong target', code: 'target_mismatch', status: 401, make: stored({ targetApp: 'other' }) },
];

function stored(how) {
  return (knex, count) => storeTokens(knex, count, how);
}

function withWrongChecksum(token) {
  const last = token.at(-1);
  return token.slice(0, -1) + (last === 'A' ? 'B' : 'A');
}
