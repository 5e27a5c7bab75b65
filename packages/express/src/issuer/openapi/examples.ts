// Bodies that a caller can send, but for the token: a test sends every one of them.
const session_token = 'handoff_AQAexampleexampleexampleexampleexampleexampleexampleexam';
const redemption_id = '3f0a1c52-9a53-4c5e-8d3e-0d1c2b3a4f5e';
// The pair of RFC 7636, appendix B.
const code_challenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';
const code_verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';

const REDEMPTIONS = {
  plain: { session_token },
  repeatable: { session_token, redemption_id },
  bound: { session_token, redemption_id, code_verifier },
};

/** Examples by the name of their schema, then by a name of their own. */
export const EXAMPLES: Readonly<Record<string, Readonly<Record<string, object>>>> = {
  GenerateSessionRequest: {
    plain: {},
    account: { account_id: '7', target_app: 'hi-events', event_data: { event: 'gala' } },
    bound: { account_id: 7, code_challenge },
    landing: { target_app: 'hi-events', redirect_uri: 'https://hi.events/auth/cross-app' },
  },
  ValidateSessionRequest: REDEMPTIONS,
  InspectSessionRequest: { ...REDEMPTIONS, redeemed: { session_token, redeemed: true } },
  ValidatePermissionRequest: {
    plain: { session_token, permission: 'events:create' },
    resource: { session_token, permission: 'events:write', resource_id: '42' },
  },
  RevokeSessionRequest: { plain: { session_token } },
  RevokeSessionsRequest: {
    user: { user_id: '456', issued_before: '2026-01-31T12:00:00Z' },
    account: { account_id: 7, source_app: 'tuvens' },
    all: { all: true },
  },
};
