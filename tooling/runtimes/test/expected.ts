const payload = { event: 'Straßenfest 🎪' };
const ada = ['11', 'ada@example.com', '77', payload];

/** How the calls of `scripts/scenario.mjs` end in every runtime. */
export const EXPECTED = {
  issue: [64, '77', payload],
  redeem: ada,
  replay: 'invalid_token',
  inspect: ada,
  listAccounts: [{ id: '77', name: 'Acme', slug: 'acme' }],
  hasPermission: [true, false],
  revoked: 'invalid_token',
  malformed: 'token_malformed',
  wrongSecret: 'client_unauthenticated',
  foreignAccount: 'account_forbidden',
  // The one of the wrong secret, which nobody could redeem; the other one is revoked already.
  revokeAll: 1,
  redirect: ['store_unavailable', 'redirect', 1],
  timeout: ['store_unavailable', 'timeout', 1],
  noConnection: ['store_unavailable', 'network', 2],
  html: ['store_unavailable', 'unreadable', 1],
  abort: 'its reason',
  shown: '{}',
};

/** What the issuer sees of them: the redeem twice, and nothing where it was not asked or pointed elsewhere. */
export const EXPECTED_PATHS = [
  '/api/generate-session',
  '/lossy/validate-session',
  '/lossy/validate-session',
  '/api/validate-session',
  '/api/inspect-session',
  '/api/user-accounts',
  '/api/validate-permission',
  '/api/validate-permission',
  '/api/revoke-session',
  '/api/inspect-session',
  '/api/generate-session',
  '/api/validate-session',
  '/api/generate-session',
  '/api/revoke-sessions',
  '/moved/validate-session',
  '/silent/validate-session',
  '/html/validate-session',
  '/silent/validate-session',
];
