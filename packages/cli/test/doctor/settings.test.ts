import { runDoctor } from './run-doctor.js';

describe('token-expiry is', () => {
  it.each(['1', '60', '600'])('ok for %s seconds', async (expiry) => {
    const { find } = await runDoctor(undefined, { env: { CROSS_APP_TOKEN_EXPIRY: expiry } });
    expect(find('token-expiry')).toMatchObject({ status: 'ok', message: `tokens live ${expiry} seconds` });
  });

  it.each([{}, { CROSS_APP_TOKEN_EXPIRY: '' }])('ok when it is not set: %j', async (env) => {
    const { find } = await runDoctor(undefined, { env });
    expect(find('token-expiry')).toMatchObject({
      status: 'ok',
      message: expect.stringMatching(/not set: 900 seconds/),
    });
  });

  it.each(['601', '900'])('a warning for %s seconds', async (expiry) => {
    const { find } = await runDoctor(undefined, { env: { CROSS_APP_TOKEN_EXPIRY: expiry } });
    expect(find('token-expiry')).toMatchObject({ status: 'warn', advice: expect.stringMatching(/to 60:/) });
  });

  it.each(['0', '901', '900000', '15m', '-60', '60.5', ' 60', 'NaN'])('a failure for %j', async (expiry) => {
    const { find } = await runDoctor(undefined, { env: { CROSS_APP_TOKEN_EXPIRY: expiry } });
    expect(find('token-expiry')).toMatchObject({
      status: 'fail',
      advice: expect.stringMatching(/whole seconds from 1 to 900, not milliseconds/),
    });
  });
});

describe('environment is', () => {
  it.each([
    [{ NODE_ENV: 'production' }],
    [{ NODE_ENV: 'production', HI_EVENTS_DOMAIN: 'https://hi.events' }],
    [{}],
    [{ NODE_ENV: 'development', HI_EVENTS_DOMAIN: 'http://localhost:4000' }],
    [{ NODE_ENV: 'test', HI_EVENTS_DOMAIN: 'http://[::1]:4000' }],
    [{ HI_EVENTS_DOMAIN: 'https://127.0.0.1' }],
    [{ NODE_TLS_REJECT_UNAUTHORIZED: '1' }],
  ])('ok for %j', async (env: Record<string, string>) => {
    const { find } = await runDoctor(undefined, { env });
    expect(find('environment')).toMatchObject({ status: 'ok' });
  });

  it.each([
    [{ HI_EVENTS_DOMAIN: 'https://hi.events' }, /not set, but the apps are not on this machine/],
    [{ NODE_ENV: 'staging', HI_EVENTS_DOMAIN: 'https://hi.events' }, /NODE_ENV is "staging"/],
    [{ NODE_ENV: 'production', CROSS_APP_FORCE_SEED: '1' }, /CROSS_APP_FORCE_SEED is set in production/],
  ])('a warning for %j', async (env: Record<string, string>, message) => {
    const { find } = await runDoctor(undefined, { env });
    expect(find('environment')).toMatchObject({ status: 'warn', message: expect.stringMatching(message) });
  });

  it('a failure when any certificate will do', async () => {
    const env = { NODE_ENV: 'production', NODE_TLS_REJECT_UNAUTHORIZED: '0' };
    const { find } = await runDoctor(undefined, { env });
    expect(find('environment')).toMatchObject({
      status: 'fail',
      message: expect.stringMatching(/any certificate/),
    });
  });
});
