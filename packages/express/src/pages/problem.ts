import type { CrossAppErrorCode } from '@cross-app/protocol';
import type { PageProblem } from './page.js';

const PROBLEMS: Readonly<Record<CrossAppErrorCode, PageProblem>> = {
  token_missing: 'malformed',
  token_malformed: 'malformed',
  // The only reason that is told: whoever holds a token reads its expiry in it.
  token_expired: 'expired',
  token_unknown: 'refused',
  token_used: 'refused',
  token_revoked: 'refused',
  target_mismatch: 'refused',
  verifier_mismatch: 'refused',
  invalid_token: 'refused',
  // These two are about our own secret and our own session at the source app: the person can do nothing about them.
  client_unauthenticated: 'unavailable',
  user_unauthenticated: 'unavailable',
  account_forbidden: 'account',
  origin_forbidden: 'wrong-app',
  issuer_mismatch: 'wrong-app',
  cookie_missing: 'cookies',
  state_mismatch: 'cookies',
  person_mismatch: 'someone-else',
  invalid_argument: 'malformed',
  method_not_allowed: 'malformed',
  unsupported_media_type: 'malformed',
  payload_too_large: 'malformed',
  rate_limited: 'too-often',
  store_unavailable: 'unavailable',
};

/** What a page says of a refusal with that code. It never says which of the reasons of `invalid_token` it was. */
export function problemOf(code: CrossAppErrorCode): PageProblem {
  return PROBLEMS[code];
}
