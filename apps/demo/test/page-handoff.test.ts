import jwt from 'jsonwebtoken';
import { parse } from 'node-html-parser';
import type { Browser } from '../src/walk-through/browser.js';
import { arrive, formTo, formWith, postForm, postJson, signInAtTuvens, startTestDemo } from './test-demo.js';
import type { TestDemo } from './test-demo.js';

let demo: TestDemo;

beforeAll(async () => {
  demo = await startTestDemo();
});

afterAll(async () => {
  await demo.stop();
});

async function cookieOf(browser: Browser): Promise<{ cookie: string }> {
  return { cookie: `tuvens.sid=${String(await browser.cookie(demo.tuvensUrl, 'tuvens.sid'))}` };
}

function askForToken(headers: Readonly<Record<string, string>> = {}): Promise<Response> {
  return postForm(`${demo.tuvensUrl}/access-token`, {}, headers);
}

async function tokenOf(reply: Response): Promise<string> {
  const { access_token } = (await reply.json()) as { access_token: string };
  return access_token;
}

describe('the access token of the page', () => {
  it('is for a minute, and for no cache', async () => {
    const { browser } = await signInAtTuvens(demo);
    const reply = await askForToken({ ...(await cookieOf(browser)), 'sec-fetch-site': 'same-origin' });
    expect([reply.status, reply.headers.get('cache-control')]).toEqual([200, 'no-store']);
    const { exp = 0, iat = 0 } = jwt.decode(await tokenOf(reply), { json: true }) ?? {};
    expect(exp - iat).toBe(60);
  });

  it('is for nobody who is not signed in', async () => {
    const reply = await askForToken();
    expect([reply.status, reply.headers.get('cache-control')]).toEqual([401, 'no-store']);
    expect(await reply.json()).toEqual({ statusCode: 401, message: 'Nobody is signed in.' });
  });

  it('is for nobody who was deleted', async () => {
    await demo.knex('users').insert({ email: 'gone@example.com', name: 'Gone' });
    const { browser } = await signInAtTuvens(demo, 'gone@example.com');
    await demo.knex('users').where({ email: 'gone@example.com' }).delete();
    expect((await askForToken(await cookieOf(browser))).status).toBe(401);
  });

  it.each(['cross-site', 'same-site'])('is for no page that is %s', async (site) => {
    const { browser } = await signInAtTuvens(demo);
    const reply = await askForToken({ ...(await cookieOf(browser)), 'sec-fetch-site': site });
    expect(reply.status).toBe(403);
    expect(await reply.text()).not.toContain('access_token');
  });

  it('is not there to be opened', async () => {
    const { browser } = await signInAtTuvens(demo);
    const reply = await fetch(`${demo.tuvensUrl}/access-token`, { headers: await cookieOf(browser) });
    expect(reply.status).toBe(404);
  });
});

describe('the page of whoever is signed in', () => {
  it('runs scripts of its own origin only, which call that origin only, and posts to Hi.Events', async () => {
    const { browser } = await signInAtTuvens(demo);
    const reply = await fetch(demo.tuvensUrl, { headers: await cookieOf(browser) });
    expect(reply.headers.get('content-security-policy')?.split(';')).toEqual([
      "default-src 'none'",
      "style-src 'self'",
      "img-src 'self'",
      `form-action 'self' ${demo.hiEventsUrl}`,
      "base-uri 'none'",
      "frame-ancestors 'none'",
      "script-src 'self'",
      "connect-src 'self'",
    ]);
    // With `no-referrer`, Hi.Events would not learn whose form it is.
    expect(reply.headers.get('referrer-policy')).toBe('strict-origin');
  });

  it('names a script, which is served', async () => {
    const { browser } = await signInAtTuvens(demo);
    const page = await fetch(demo.tuvensUrl, { headers: await cookieOf(browser) });
    const sources = parse(await page.text())
      .querySelectorAll('script')
      .map((script) => script.getAttribute('src'));
    expect(sources).toEqual(['/handoff.js']);
    const script = await fetch(`${demo.tuvensUrl}/handoff.js`);
    expect([script.status, script.headers.get('content-type')]).toEqual([
      200,
      expect.stringMatching(/^text\/javascript/),
    ]);
    expect(await script.text()).toContain('/generate-session');
  });

  it('has a form that hands over without the script too', async () => {
    const { browser, home } = await signInAtTuvens(demo);
    const handoff = await browser.submit(formTo(home, '/add-ticketing'));
    const arrived = await arrive(browser, formTo(handoff, '/auth/cross-app'));
    expect([arrived.url, arrived.text]).toEqual([
      `${demo.hiEventsUrl}/`,
      expect.stringContaining('Summer Street Festival'),
    ]);
  });

  it('says in its form all that the script needs to hand over in the same way', async () => {
    const { browser } = await signInAtTuvens(demo);
    const page = await fetch(demo.tuvensUrl, { headers: await cookieOf(browser) });
    const { attributes } = parse(await page.text()).querySelector('form[data-landing]') ?? {};
    const accessToken = await tokenOf(await askForToken(await cookieOf(browser)));
    const issued = await postJson(
      `${demo.tuvensUrl}/api/cross-app/generate-session`,
      { account_id: '1', target_app: 'hi-events', event_data: { event: attributes?.['data-event'] } },
      { authorization: `Bearer ${accessToken}` },
    );
    const { session_token } = (await issued.json()) as { session_token: string };
    const form = { ...formWith(demo, session_token), action: attributes?.['data-landing'] ?? '' };
    const arrived = await arrive(browser, form);
    expect(arrived.text).toContain('Signed in as Demo Organizer');
    expect(arrived.text).toContain('Summer Street Festival');
  });
});

it('gives no script to whoever is not signed in', async () => {
  const reply = await fetch(demo.tuvensUrl);
  expect(await reply.text()).not.toContain('<script');
  const policy = reply.headers.get('content-security-policy');
  expect(policy).not.toMatch(/script-src|connect-src/);
});
