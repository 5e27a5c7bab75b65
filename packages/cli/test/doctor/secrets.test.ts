import { runDoctor } from './run-doctor.js';

const GOOD = '0123456789abcdef0123456789abcdef';
const OTHER = 'fedcba9876543210fedcba9876543210';

describe('a shared secret is', () => {
  it.each([GOOD, `${GOOD} with blanks inside`, 'q-W7_'.repeat(2) + '!$%&()=?'.repeat(100)])(
    'ok as %j',
    async (secret) => {
      const { find } = await runDoctor(undefined, { env: { HI_EVENTS_SHARED_SECRET: secret } });
      expect(find('hi-events-secret')).toMatchObject({ status: 'ok' });
      expect(find('cross-app-secret')).toBeUndefined();
      expect(find('secrets-differ')).toBeUndefined();
    },
  );

  it.each([
    ['too short', GOOD.slice(1), /has 31 characters, and the apps take 32 or more/],
    ['too long', GOOD.repeat(32) + 'x', /has 1025 characters/],
    ['followed by a line break', `${GOOD}\n`, /begins or ends with a blank or a line break/],
    ['after a blank', ` ${GOOD}`, /begins or ends with a blank/],
    ['in quotation marks', `"${GOOD}"`, /quotation marks/],
    ['not ASCII', `${GOOD}ä`, /cannot carry/],
    ['of two lines', `${GOOD}\n${GOOD}`, /cannot carry/],
  ])('a failure when it is %s', async (_what, secret, message) => {
    const { find } = await runDoctor(undefined, { env: { CROSS_APP_SHARED_SECRET: secret } });
    expect(find('cross-app-secret')).toMatchObject({
      status: 'fail',
      message: expect.stringMatching(message),
      advice: expect.any(String),
    });
  });

  it.each([
    'a'.repeat(40),
    'abcabcabc'.repeat(5),
    'change-me-change-me-change-me-change-me',
    `your-secret-${GOOD}`,
  ])('a warning when it looks like a placeholder: %s', async (secret) => {
    const { find } = await runDoctor(undefined, { env: { CROSS_APP_SHARED_SECRET: secret } });
    expect(find('cross-app-secret')).toMatchObject({
      status: 'warn',
      message: 'CROSS_APP_SHARED_SECRET looks like a placeholder',
    });
  });
});

it('fails when both apps have the same secret, and not when they differ', async () => {
  const same = { HI_EVENTS_SHARED_SECRET: GOOD, CROSS_APP_SHARED_SECRET: GOOD };
  expect((await runDoctor(undefined, { env: same })).find('secrets-differ')).toMatchObject({
    status: 'fail',
  });
  const differing = { ...same, CROSS_APP_SHARED_SECRET: OTHER };
  expect((await runDoctor(undefined, { env: differing })).find('secrets-differ')).toMatchObject({
    status: 'ok',
  });
});

it('needs none where both apps use one database', async () => {
  const env = { HI_EVENTS_SHARED_SECRET: '' };
  expect((await runDoctor(undefined, { env })).find('shared-secret')).toMatchObject({ status: 'ok' });
});
