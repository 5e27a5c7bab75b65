import { createCrossAppSessions } from '@cross-app/core';
import { Browser } from '../src/walk-through/browser.js';
import { arrive, formTo, formWith, postForm, requestHandoff, startTestDemo, tokenIn } from './test-demo.js';
import type { TestDemo } from './test-demo.js';

let demo: TestDemo;

beforeAll(async () => {
  demo = await startTestDemo();
});

afterAll(async () => {
  await demo.stop();
});

const landing = (): string => `${demo.hiEventsUrl}/auth/cross-app`;

it.each([
  ['no token', ''],
  ['a token that is none', '?session_token=handoff_x'],
  ['two tokens', '?session_token=a&session_token=b'],
  ['markup', '?session_token=%22%3E%3Cscript%3Ealert(1)%3C/script%3E'],
])('answers a link with %s by 400, and repeats nothing of it', async (_, query) => {
  const reply = await fetch(`${landing()}${query}`);
  expect(reply.status).toBe(400);
  expect(await reply.text()).not.toMatch(/<script|handoff_/);
});

it.each(['/', '/auth/cross-app?session_token=handoff_x', '/nothing'])(
  'sends %s with headers that keep it private and unframed',
  async (path) => {
    const { headers } = await fetch(`${demo.hiEventsUrl}${path}`);
    const policy = headers.get('content-security-policy');
    for (const part of ["default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"]) {
      expect(policy).toContain(part);
    }
    expect(policy).not.toContain('unsafe');
    expect(headers.get('x-frame-options')).toBe('DENY');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('x-powered-by')).toBeNull();
  },
);

it.each([
  ['missing', {}],
  ['malformed', { session_token: 'handoff_x' }],
] as const)('refuses a POST whose token is %s', async (_, fields) => {
  const reply = await postForm(landing(), fields, { origin: demo.tuvensUrl });
  expect(reply.status).toBe(400);
  expect(reply.headers.get('set-cookie')).toBeNull();
  expect(await reply.text()).toContain('This link is broken');
});

it.each([undefined, 'null', 'https://evil.example', 'hi-events'])(
  'refuses a form that comes from %s, whatever its token',
  async (from) => {
    const { form } = await requestHandoff(demo);
    const origin = from === 'hi-events' ? demo.hiEventsUrl : from;
    const reply = await postForm(landing(), form.fields, origin === undefined ? {} : { origin });
    expect([reply.status, reply.headers.get('set-cookie')]).toEqual([403, null]);
    expect((await arrive(new Browser(), form)).text).toContain('Signed in as Demo Organizer');
  },
);

it('refuses a token for another app, which stays usable there', async () => {
  const tuvens = createCrossAppSessions({ knex: demo.knex, appId: 'tuvens' });
  const { token } = await tuvens.issue({ userId: 1, targetApp: 'other-app' });
  expect((await arrive(new Browser(), formWith(demo, token))).status).toBe(401);
  await expect(tuvens.redeem(token, { targetApp: 'other-app' })).resolves.toMatchObject({
    user: { id: '1' },
  });
});

it('escapes what came along with the handoff', async () => {
  const tuvens = createCrossAppSessions({ knex: demo.knex, appId: 'tuvens' });
  const payload = { event: '<script>alert(1)</script>' };
  const { token } = await tuvens.issue({ userId: 1, targetApp: 'hi-events', payload });
  const browser = new Browser();
  await arrive(browser, formWith(demo, token));
  const cookie = `hi-events.sid=${String(await browser.cookie(demo.hiEventsUrl, 'hi-events.sid'))}`;
  const html = await (await fetch(demo.hiEventsUrl, { headers: { cookie } })).text();
  expect(html).toContain('Tickets for &lt;script&gt;');
  expect(html).not.toContain('<script');
});

it.each([[null], ['text'], [['list']], [{ event: 7 }], [{ event: { title: 'x' } }]])(
  'signs in whatever came along: %j',
  async (payload) => {
    const tuvens = createCrossAppSessions({ knex: demo.knex, appId: 'tuvens' });
    const { token } = await tuvens.issue({ userId: 1, targetApp: 'hi-events', payload });
    const page = await arrive(new Browser(), formWith(demo, token));
    expect(page.text).toContain('Your ticketing');
  },
);

it('has no token in its own session', async () => {
  const { browser, form } = await requestHandoff(demo);
  await arrive(browser, form);
  const rows = await demo.knex('hi_events_sessions').select<unknown[]>();
  expect(JSON.stringify(rows)).toContain('Demo Organizer');
  expect(JSON.stringify(rows)).not.toContain(tokenIn(form).slice(0, 20));
});

it('refuses a sign-out that another site asks for', async () => {
  const reply = await postForm(`${demo.hiEventsUrl}/sign-out`, {}, { 'sec-fetch-site': 'same-site' });
  expect(reply.status).toBe(403);
});

describe('without its database', () => {
  const withoutTable = async (table: string, work: () => Promise<void>): Promise<void> => {
    await demo.knex.schema.renameTable(table, 'away');
    try {
      await work();
    } finally {
      await demo.knex.schema.renameTable('away', table);
    }
  };

  it('signs nobody in when the token cannot be looked up, and leaves it usable', async () => {
    const { browser, form } = await requestHandoff(demo);
    await withoutTable('cross_app_sessions', async () => {
      const page = await arrive(browser, form);
      expect(page.status).toBe(503);
      expect(page.text).toContain('Signing in is not possible at the moment');
    });
    expect((await arrive(browser, form)).text).toContain('Signed in as Demo Organizer');
  });

  it('shows a plain page when its own sessions cannot be read or kept', async () => {
    const { browser, form } = await requestHandoff(demo);
    await arrive(browser, form);
    const other = await requestHandoff(demo);
    await withoutTable('hi_events_sessions', async () => {
      const page = await browser.open(demo.hiEventsUrl);
      expect(page.status).toBe(500);
      expect(page.text).toContain('Something went wrong here.');
      const refused = await arrive(other.browser, other.form);
      expect(refused.status).toBe(503);
      for (const { text } of [page, refused]) expect(text).not.toContain('relation');
    });
    expect(demo.log.join('\n')).toMatch(/Hi\.Events: failed: .*hi_events_sessions/);
  });
});

it('sends those who are not signed in to Tuvens', async () => {
  const page = await new Browser().open(demo.hiEventsUrl);
  expect(page.status).toBe(200);
  expect(page.text).toContain('Sign in with Tuvens');
  expect(() => formTo(page, '/sign-out')).toThrow(TypeError);
});
