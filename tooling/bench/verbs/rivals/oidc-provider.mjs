// oidc-provider's code exchange by its own models, in the steps of its grant handler. What its endpoint does besides is
// left out: HTTP, the proof of the client, the signed id token.
import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto';
import { byCalls, must } from '../by-calls.mjs';
import { PEOPLE, personOf, TARGET_APP, TTL_SECONDS } from '../handoff.mjs';
import { openPool } from '../pools.mjs';
import { createOidcTables, oidcAdapter, oidcTable } from './oidc-adapter.mjs';

const REDIRECT_URI = 'https://hi-events.example/callback';
const SCOPE = 'openid email';
const FIND_USER = 'SELECT id, email, name FROM users WHERE id = $1';
const [CODES, TOKENS] = ['AuthorizationCode', 'AccessToken'].map(oidcTable);

export const oidcProvider = {
  name: 'oidc-provider',
  share: 0.25,
  tables: [CODES, TOKENS],
  issued: [CODES],
  used: [`${CODES} WHERE consumed_at IS NOT NULL`, TOKENS],
  left: [],
  open,
};

async function open(url) {
  const pool = openPool(url);
  await createOidcTables(pool);
  const findAccount = accountsIn(pool);
  const provider = await createProvider(pool, findAccount);
  const client = await provider.Client.find(TARGET_APP);
  const grants = await Promise.all(
    Array.from({ length: PEOPLE }, (_, n) => saveGrant(provider, client, personOf(n))),
  );
  return byCalls({
    issue: (n) => issue(provider, { client, accountId: String(personOf(n)), grantId: grants[n % PEOPLE] }),
    redeem: (handoff) => exchange({ provider, client, findAccount }, handoff),
    close: () => pool.end(),
  });
}

function accountsIn(pool) {
  return async (_ctx, accountId) => {
    const { rows } = await pool.query({ name: 'user', text: FIND_USER, values: [accountId] });
    return rows[0] && { accountId, claims: () => ({ sub: accountId, email: rows[0].email }) };
  };
}

// Loaded here: it warns about Node 20 when it is, and only who measures it should read that.
async function createProvider(pool, findAccount) {
  const { default: Provider } = await import('oidc-provider');
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return new Provider('https://tuvens.example', {
    adapter: oidcAdapter(pool),
    clients: [{ client_id: TARGET_APP, client_secret: randomText(), redirect_uris: [REDIRECT_URI] }],
    cookies: { keys: [randomText()] },
    features: { devInteractions: { enabled: false } },
    findAccount,
    jwks: { keys: [privateKey.export({ format: 'jwk' })] },
    ttl: { AccessToken: 3600, AuthorizationCode: TTL_SECONDS, Grant: 3600 },
  });
}

/** What the person has allowed the app once; later codes belong to it. */
function saveGrant(provider, client, person) {
  const grant = new provider.Grant({ client, accountId: String(person) });
  grant.addOIDCScope(SCOPE);
  return grant.save();
}

async function issue(provider, of) {
  const verifier = randomText();
  const code = new provider.AuthorizationCode({
    ...of,
    authTime: Math.floor(Date.now() / 1000),
    codeChallenge: challengeOf(verifier),
    codeChallengeMethod: 'S256',
    redirectUri: REDIRECT_URI,
    scope: SCOPE,
  });
  return { code: await code.save(), verifier };
}

async function exchange({ provider, client, findAccount }, handoff) {
  const code = await provider.AuthorizationCode.find(handoff.code, { ignoreExpiration: true });
  must(code?.clientId === client.clientId && !code.isExpired, 'the code');
  const grant = await provider.Grant.find(code.grantId, { ignoreExpiration: true });
  must(grant?.clientId === client.clientId && !grant.isExpired, 'the grant');
  must(
    challengeOf(handoff.verifier) === code.codeChallenge && code.redirectUri === REDIRECT_URI,
    'the proof',
  );
  must(!code.consumed, 'the code');
  await code.consume();
  const account = await findAccount(undefined, code.accountId);
  must(account?.accountId === grant.accountId, 'the account');
  const { accountId, grantId, scopes } = code;
  const token = new provider.AccessToken({ accountId, client, grantId, gty: 'authorization_code' });
  token.scope = grant.getOIDCScopeFiltered(scopes);
  must((await token.save()).length > 0, 'the access token');
}

function challengeOf(verifier) {
  return createHash('sha256').update(verifier).digest('base64url');
}

function randomText() {
  return randomBytes(32).toString('base64url');
}
