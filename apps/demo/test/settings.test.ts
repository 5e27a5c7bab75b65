import { readSettings } from '../src/settings.js';
import { StartError } from '../src/start-error.js';

it('has a default for everything', () => {
  expect(readSettings({ DATABASE_URL: '', TUVENS_PORT: '' })).toEqual({
    databaseUrl: undefined,
    tuvensPort: 3000,
    hiEventsPort: 4000,
    hiEventsOrigin: undefined,
    sharedSecret: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    isSecretMade: true,
    redeem: 'database',
    tuvensApiUrl: undefined,
    rateLimits: true,
    client: { timeoutMs: undefined, tryTimeoutMs: undefined, retries: undefined },
    ttlSeconds: 900,
  });
});

it('makes another secret at every start', () => {
  expect(readSettings({}).sharedSecret).not.toBe(readSettings({}).sharedSecret);
});

it('takes what it is given', () => {
  expect(
    readSettings({
      DATABASE_URL: 'postgresql:///demo?host=/var/run/postgresql',
      TUVENS_PORT: '0',
      HI_EVENTS_PORT: '0',
      HI_EVENTS_DOMAIN: 'https://hi.events/',
      HI_EVENTS_REDEEM: 'http',
      TUVENS_API_URL: 'http://127.0.0.1:5000',
      TUVENS_RATE_LIMITS: 'off',
      HI_EVENTS_TIMEOUT_MS: '30000',
      HI_EVENTS_TRY_TIMEOUT_MS: '1000',
      HI_EVENTS_RETRIES: '0',
      HI_EVENTS_SHARED_SECRET: 'a'.repeat(32),
      CROSS_APP_SHARED_SECRET: 'b'.repeat(32),
      CROSS_APP_TOKEN_EXPIRY: '60',
    }),
  ).toEqual({
    databaseUrl: 'postgresql:///demo?host=/var/run/postgresql',
    tuvensPort: 0,
    hiEventsPort: 0,
    hiEventsOrigin: 'https://hi.events',
    sharedSecret: 'a'.repeat(32),
    isSecretMade: false,
    redeem: 'http',
    tuvensApiUrl: 'http://127.0.0.1:5000',
    rateLimits: false,
    client: { timeoutMs: 30_000, tryTimeoutMs: 1_000, retries: 0 },
    ttlSeconds: 60,
  });
});

it('takes CROSS_APP_SHARED_SECRET when Hi.Events has none of its own', () => {
  const env = { HI_EVENTS_SHARED_SECRET: '', CROSS_APP_SHARED_SECRET: 'b'.repeat(32) };
  expect(readSettings(env).sharedSecret).toBe('b'.repeat(32));
});

it.each([
  ['TUVENS_PORT', 'abc'],
  ['TUVENS_PORT', '65536'],
  ['TUVENS_PORT', '-1'],
  ['TUVENS_PORT', '1e3'],
  ['TUVENS_PORT', '4000'],
  ['HI_EVENTS_PORT', '80.5'],
  ['HI_EVENTS_REDEEM', 'HTTP'],
  ['TUVENS_API_URL', 'http://tuvens.com'],
  ['TUVENS_API_URL', 'http://localhost:3000/api'],
  ['TUVENS_API_URL', 'https://user:canary@tuvens.com'],
  ['TUVENS_RATE_LIMITS', 'no'],
  ['HI_EVENTS_TIMEOUT_MS', '0'],
  ['HI_EVENTS_TRY_TIMEOUT_MS', '600001'],
  ['HI_EVENTS_RETRIES', '11'],
  ['HI_EVENTS_DOMAIN', 'hi.events'],
  ['HI_EVENTS_DOMAIN', 'http://hi.events'],
  ['HI_EVENTS_DOMAIN', 'https://hi.events/path'],
  ['HI_EVENTS_DOMAIN', 'https://user:canary@hi.events'],
  ['HI_EVENTS_SHARED_SECRET', 'canary'],
  ['HI_EVENTS_SHARED_SECRET', `canary${' '.repeat(32)}`],
  ['CROSS_APP_SHARED_SECRET', 'canary-ä'.repeat(8)],
  ['CROSS_APP_TOKEN_EXPIRY', '0'],
  ['CROSS_APP_TOKEN_EXPIRY', '901'],
  ['CROSS_APP_TOKEN_EXPIRY', '15m'],
  ['DATABASE_URL', 'canary'],
  ['DATABASE_URL', 'mysql://canary@localhost/x'],
])('says in one sentence what is wrong with %s=%s, and repeats no secret', (name, value) => {
  const message = sentenceFor({ [name]: value });
  expect(message).toMatch(new RegExp(`^.*${name} .*must be [^\\n]+$`));
  expect(message).not.toContain('canary');
});

function sentenceFor(env: Record<string, string>): string {
  try {
    readSettings(env);
  } catch (error) {
    if (error instanceof StartError) return error.message;
    throw error;
  }
  return 'no error';
}
