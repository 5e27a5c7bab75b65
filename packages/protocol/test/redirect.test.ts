import { handoffForm, handoffUrl, isOrigin, isRedirectUri, isSecureUrl, makeToken } from '../src/index.js';

const token = makeToken({ randomBytes: new Uint8Array(32).fill(9), expiresAtSeconds: 1_893_456_000 });
const landing = 'https://hi.events/auth/cross-app';
const everything = {
  token,
  action: 'create-event',
  source: 'tuvens',
  eventData: { title: 'Ü & <b>"x"</b>', seats: [1, 2] },
  callbackUrl: 'https://tuvens.com/back?a=1&b=2#c',
};
const fields = {
  session_token: token,
  action: 'create-event',
  source: 'tuvens',
  event_data: '{"title":"Ü & <b>\\"x\\"</b>","seats":[1,2]}',
  callback_url: 'https://tuvens.com/back?a=1&b=2#c',
};

describe('handoffForm', () => {
  it('refuses event data that the target app would find too large', () => {
    const fitting = 'x'.repeat(1998);
    expect(handoffForm(landing, { token, eventData: fitting }).fields['event_data']).toHaveLength(2000);
    expect(() => handoffForm(landing, { token, eventData: `${fitting}x` })).toThrow(/give more as payload$/);
    expect(() => handoffUrl(landing, { token, eventData: `${fitting}x` })).toThrow(TypeError);
  });

  it('posts every parameter, and has none in the URL', () => {
    expect(handoffForm(landing, everything)).toEqual({ action: landing, method: 'post', fields });
  });

  it('has no field for what was not given', () => {
    expect(handoffForm(landing, { token }).fields).toEqual({ session_token: token });
  });

  it('sends event data that is null, which is not the same as none', () => {
    expect(handoffForm(landing, { token, eventData: null }).fields).toMatchObject({ event_data: 'null' });
  });
});

describe('handoffUrl', () => {
  it('carries every parameter through a URL parser unchanged', () => {
    const url = new URL(handoffUrl(landing, everything));
    expect(url.origin + url.pathname).toBe(landing);
    expect(Object.fromEntries(url.searchParams)).toEqual(fields);
    expect(url.hash).toBe('');
  });

  it("keeps the landing's own query, but for a token in it", () => {
    const url = new URL(handoffUrl(`${landing}?lang=de&session_token=old`, { token }));
    expect([...url.searchParams]).toEqual([
      ['lang', 'de'],
      ['session_token', token],
    ]);
  });
});

describe.each([
  ['handoffForm', handoffForm],
  ['handoffUrl', handoffUrl],
])('%s', (_name, build) => {
  it.each([
    ['plain http', 'http://hi.events/auth'],
    ['credentials', 'https://user:hunter2@hi.events/auth'],
    ['a path only', '/auth/cross-app'],
    ['a script', 'javascript:alert(1)'],
    ['nothing', ''],
  ])('refuses a landing with %s, without repeating it', (_what, wrong) => {
    expect(() => build(wrong, { token })).toThrow(
      new TypeError('landingUrl must be an https URL (http on loopback only) without credentials'),
    );
  });

  it.each(['', token.slice(1), `${token}=`, 'a'.repeat(64)])(
    'refuses what is no token, without repeating it: %p',
    (wrong) => {
      expect(() => build(landing, { token: wrong })).toThrow(new TypeError('token must be a handoff token'));
    },
  );
});

describe('isSecureUrl', () => {
  it.each([
    'https://tuvens.com',
    'https://tuvens.com:8443/api/cross-app',
    'HTTPS://TUVENS.COM',
    'https://10.0.0.1/',
    'http://localhost:3000/auth',
    'http://hi.localhost:4000',
    'http://127.0.0.1:3000',
    'http://127.8.9.10',
    'http://2130706433/',
    'http://[::1]:3000',
  ])('takes %s', (url) => {
    expect(isSecureUrl(url)).toBe(true);
  });

  it.each([
    'http://tuvens.com',
    'http://10.0.0.1/',
    'http://128.0.0.1/',
    'http://127.0.0.1.evil.example/',
    'http://127.evil.example/',
    'http://localhost.evil.example/',
    'http://notlocalhost/',
    'http://0.0.0.0/',
    'http://[::]/',
    'http://[::ffff:10.0.0.1]/',
    'http://localhost@evil.example/',
    'https://user@tuvens.com',
    'https://:secret@tuvens.com',
    'ftp://localhost/',
    'ws://localhost/',
    'file:///etc/passwd',
    'data:text/html,x',
    'javascript:alert(1)',
    '//tuvens.com',
    '/auth',
    'tuvens.com',
    'https://',
    '',
  ])('refuses %p', (url) => {
    expect(isSecureUrl(url)).toBe(false);
  });
});

describe('isRedirectUri', () => {
  it.each([
    'https://hi.events/auth/cross-app',
    'https://hi.events/?from=tuvens',
    'http://localhost:4000/landing',
    `https://hi.events/${'x'.repeat(1982)}`,
  ])('takes %s', (uri) => {
    expect(isRedirectUri(uri)).toBe(true);
  });

  it.each([
    ['https://hi.events'],
    ['https://HI.events/'],
    ['https://hi.events:443/'],
    ['https://hi.events/a/../b'],
    ['https://hi.events/#'],
    ['https://hi.events/*'],
    ['https://a:b@hi.events/'],
    ['http://hi.events/'],
    ['javascript:alert(1)'],
    ['/auth/cross-app'],
    [`https://hi.events/${'x'.repeat(1983)}`],
    [undefined],
    [7],
  ])('refuses %p', (uri) => {
    expect(isRedirectUri(uri)).toBe(false);
  });
});

describe('isOrigin', () => {
  it.each(['https://app.tuvens.com', 'http://localhost:3000', 'http://[::1]'])('takes %s', (origin) => {
    expect(isOrigin(origin)).toBe(true);
  });

  it.each([
    ['https://app.tuvens.com/'],
    ['https://*.tuvens.com'],
    ['http://app.tuvens.com'],
    ['null'],
    [null],
  ])('refuses %p', (origin) => {
    expect(isOrigin(origin)).toBe(false);
  });
});
