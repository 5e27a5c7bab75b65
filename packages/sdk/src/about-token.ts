import { CrossAppError, parseToken } from '@cross-app/protocol';
import type { Refusals } from './refusal.js';

/** What each 4xx means in the calls by which an app asks about a token. */
export const TOKEN_REFUSALS: Refusals = {
  400: ['invalid_argument', 'token_malformed', 'token_missing'],
  401: ['client_unauthenticated'],
  403: ['account_forbidden'],
  404: ['invalid_token'],
};

/** Spares the issuer what cannot be a token. */
export function requireToken(token: string): void {
  if (parseToken(token) === undefined) throw new CrossAppError('token_malformed');
}
