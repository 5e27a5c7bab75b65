// better-auth's one-time token, as its documentation sets it up.
import { randomBytes } from 'node:crypto';
import { betterAuth } from 'better-auth';
import { getMigrations } from 'better-auth/db/migration';
import { oneTimeToken } from 'better-auth/plugins/one-time-token';
import pg from 'pg';

export async function openBetterAuth(connectionString, { ttlMs }) {
  const pool = new pg.Pool({ connectionString, max: 10 });
  const auth = betterAuth({
    database: pool,
    secret: randomBytes(32).toString('hex'),
    baseURL: 'http://localhost',
    emailAndPassword: { enabled: true },
    logger: { disabled: true },
    telemetry: { enabled: false },
    plugins: [oneTimeToken({ expiresIn: ttlMs / 60_000 })],
  });
  const { runMigrations } = await getMigrations(auth.options);
  await runMigrations();
  const { headers: replied, response } = await auth.api.signUpEmail({
    body: { name: 'User', email: 'user@example.com', password: randomBytes(16).toString('hex') },
    returnHeaders: true,
  });
  const cookie = replied
    .getSetCookie()
    .map((one) => one.split(';', 1)[0])
    .join('; ');
  const headers = new globalThis.Headers({ cookie });
  return {
    userId: response.user.id,
    async issue() {
      return (await auth.api.generateOneTimeToken({ headers })).token;
    },
    async redeem(token) {
      await auth.api.verifyOneTimeToken({ body: { token } });
    },
    close: () => pool.end(),
  };
}
