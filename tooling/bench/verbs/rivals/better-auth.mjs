// better-auth's one-time token: bound to a sign-in, redeemed for that sign-in and its user.
import { randomBytes } from 'node:crypto';
import { betterAuth } from 'better-auth';
import { getMigrations } from 'better-auth/db/migration';
import { oneTimeToken } from 'better-auth/plugins/one-time-token';
import { byCalls, must } from '../by-calls.mjs';
import { TTL_SECONDS } from '../handoff.mjs';
import { openPool } from '../pools.mjs';

export const betterAuthToken = {
  name: 'better-auth',
  share: 0.1,
  tables: ['verification'],
  issued: ['verification'],
  used: [],
  left: ['verification'],
  open,
};

async function open(url) {
  const pool = openPool(url);
  const auth = betterAuth({
    database: pool,
    secret: randomBytes(32).toString('hex'),
    baseURL: 'http://localhost',
    emailAndPassword: { enabled: true },
    session: { modelName: 'auth_session' }, // connect-pg-simple's table is called session
    logger: { disabled: true },
    telemetry: { enabled: false },
    plugins: [oneTimeToken({ expiresIn: TTL_SECONDS / 60 })],
  });
  const { runMigrations } = await getMigrations(auth.options);
  await runMigrations();
  const headers = await signUp(auth);
  return byCalls({
    async issue() {
      const { token } = await auth.api.generateOneTimeToken({ headers });
      return token;
    },
    async redeem(token) {
      const { session, user } = await auth.api.verifyOneTimeToken({ body: { token } });
      must(session.userId === user.id, 'better-auth');
    },
    close: () => pool.end(),
  });
}

/** A person who is signed in: what goes with a request of theirs. */
async function signUp(auth) {
  const { headers } = await auth.api.signUpEmail({
    body: { name: 'User', email: 'user@example.com', password: randomBytes(16).toString('hex') },
    returnHeaders: true,
  });
  const cookies = headers.getSetCookie().map((cookie) => cookie.split(';', 1)[0]);
  return new globalThis.Headers({ cookie: cookies.join('; ') });
}
