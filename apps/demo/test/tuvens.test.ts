import { createCrossAppSessions } from '@cross-app/core';
import { parse } from 'node-html-parser';
import { Browser } from '../src/walk-through/browser.js';
import type { Form } from '../src/walk-through/browser.js';
import {
  arrive,
  formTo,
  postForm,
  requestHandoff,
  signInAtTuvens,
  startTestDemo,
  tokenIn,
} from './test-demo.js';
import type { TestDemo } from './test-demo.js';

let demo: TestDemo;

beforeAll(async () => {
  demo = await startTestDemo();
});

afterAll(async () => {
  await demo.stop();
});

it.each([
  ['organizer@example.com', ['Riverside Hall', 'Night Market Collective']],
  ['member@example.com', ['Riverside Hall']],
  ['TEST@example.com', []],
])('shows %s the accounts to choose from', async (email, accounts) => {
  const { home } = await signInAtTuvens(demo, email);
  expect(formTo(home, '/add-ticketing').choices.map(({ label }) => label)).toEqual(accounts);
});

it.each([
  [{ email: 'organizer@example.com', password: 'wrong' }],
  [{ email: 'nobody@example.com', password: 'demo' }],
  [{ email: 'organizer@example.com\0', password: 'demo' }],
  [{ email: 'organizer@example.com' }],
])('refuses the sign-in %j', async (fields) => {
  const reply = await postForm(`${demo.tuvensUrl}/sign-in`, fields);
  expect(reply.status).toBe(401);
  expect(reply.headers.get('set-cookie')).toBeNull();
  expect(await reply.text()).toContain('The e-mail address or the password is wrong.');
});

it('gives a new session at sign-in, with a cookie that scripts and other sites do not get', async () => {
  const fields = { email: 'organizer@example.com', password: 'demo' };
  const reply = await postForm(`${demo.tuvensUrl}/sign-in`, fields, { cookie: 'tuvens.sid=planted' });
  expect(reply.status).toBe(303);
  const cookie = reply.headers.get('set-cookie');
  expect(cookie).toMatch(/^tuvens\.sid=s%3A/);
  expect(cookie).toContain('HttpOnly');
  expect(cookie).toContain('SameSite=Lax');
});

it('signs out', async () => {
  const { browser, home } = await signInAtTuvens(demo);
  const cookie = await browser.cookie(demo.tuvensUrl, 'tuvens.sid');
  const page = await browser.submit(formTo(home, '/sign-out'));
  expect(page.text).toContain('Sign in');
  const kept = await fetch(demo.tuvensUrl, { headers: { cookie: `tuvens.sid=${String(cookie)}` } });
  expect(await kept.text()).not.toContain('Signed in as');
});

describe('sign-out everywhere', () => {
  const EVERYWHERE = '/sign-out-everywhere';

  it('ends the sign-ins of this person at Tuvens in every browser, and nobody else’s', async () => {
    const [here, there, other] = [
      await signInAtTuvens(demo),
      await signInAtTuvens(demo),
      await signInAtTuvens(demo, 'member@example.com'),
    ];
    const page = await here.browser.submit(formTo(here.home, EVERYWHERE));
    expect(page.text).toContain('Who you can be');
    expect((await there.browser.open(demo.tuvensUrl)).text).toContain('Who you can be');
    expect((await other.browser.open(demo.tuvensUrl)).text).toContain('Signed in as Demo Member');
  });

  it('revokes what was issued for this person, and for nobody else', async () => {
    const mine = await requestHandoff(demo);
    const { home, browser } = await signInAtTuvens(demo, 'member@example.com');
    const theirs = formTo(await browser.submit(formTo(home, '/add-ticketing')), '/auth/cross-app');
    await mine.browser.submit(formTo(await mine.browser.open(demo.tuvensUrl), EVERYWHERE));
    const hiEvents = createCrossAppSessions({ knex: demo.knex, appId: 'hi-events' });
    const inspect = (form: Form): Promise<unknown> =>
      hiEvents.inspect(tokenIn(form), { targetApp: 'hi-events' });
    await expect(inspect(mine.form)).rejects.toMatchObject({ code: 'token_revoked' });
    await expect(inspect(theirs)).resolves.toMatchObject({ user: { name: 'Demo Member' } });
  });

  it('leaves the person signed in when the database revokes nothing, to try again', async () => {
    const { browser, home } = await signInAtTuvens(demo);
    await demo.knex.schema.renameTable('cross_app_sessions', 'away');
    const page = await browser.submit(formTo(home, EVERYWHERE));
    await demo.knex.schema.renameTable('away', 'cross_app_sessions');
    expect(page.status).toBe(503);
    expect((await browser.open(demo.tuvensUrl)).text).toContain('Signed in as Demo Organizer');
  });

  it('does nothing for whoever is not signed in', async () => {
    const reply = await postForm(`${demo.tuvensUrl}${EVERYWHERE}`, {});
    expect([reply.status, reply.headers.get('location')]).toEqual([303, '/']);
  });
});

it('shows a link for the chosen account, to copy or to open', async () => {
  const { browser, home } = await signInAtTuvens(demo);
  const cookie = `tuvens.sid=${String(await browser.cookie(demo.tuvensUrl, 'tuvens.sid'))}`;
  const { action } = formTo(home, '/copy-link');
  const html = await (await postForm(action, { account_id: '2' }, { cookie })).text();
  const page = parse(html);
  const link = page.querySelector('#link')?.getAttribute('value') ?? '';
  expect(page.querySelector('a.button')?.getAttribute('href')).toBe(link);
  expect(link.startsWith(`${demo.hiEventsUrl}/auth/cross-app?session_token=handoff_`)).toBe(true);
  const hiEvents = createCrossAppSessions({ knex: demo.knex, appId: 'hi-events' });
  const token = new URL(link).searchParams.get('session_token') ?? '';
  await expect(hiEvents.inspect(token, { targetApp: 'hi-events' })).resolves.toMatchObject({
    account: { id: '2' },
    session: { permissions: ['events:create', 'tickets:sell'], payload: { event: 'Summer Street Festival' } },
  });
});

it('offers the three ways, each with a sentence', async () => {
  const { browser } = await signInAtTuvens(demo);
  const cookie = `tuvens.sid=${String(await browser.cookie(demo.tuvensUrl, 'tuvens.sid'))}`;
  const page = parse(await (await fetch(demo.tuvensUrl, { headers: { cookie } })).text());
  const ways = page.querySelectorAll('.ways li');
  expect(ways.map((way) => way.querySelector('button, .button')?.textContent)).toEqual([
    'Add ticketing',
    'Copy a link',
    'Sign in with Tuvens',
  ]);
  expect(ways.map((way) => way.querySelector('p')?.textContent)).not.toContain('');
  expect(page.querySelector('a.button')?.getAttribute('href')).toBe(
    `${demo.hiEventsUrl}/auth/cross-app/start`,
  );
});

it.each(['2', '999', 'x', '1 OR 1=1', '1\0'])(
  'refuses a handoff for account %j of somebody else',
  async (accountId) => {
    const { browser, home } = await signInAtTuvens(demo, 'member@example.com');
    const page = await browser.submit(formTo(home, '/add-ticketing'), { account_id: accountId });
    expect(page.status).toBe(403);
    expect(page.text).toContain('may not use this account');
    expect(page.forms).toEqual([]);
  },
);

it.each(['/add-ticketing', '/copy-link'])('hands nobody over at %s who is not signed in', async (path) => {
  const reply = await postForm(`${demo.tuvensUrl}${path}`, { account_id: '1' });
  expect([reply.status, reply.headers.get('location')]).toEqual([303, '/']);
});

it('signs out whoever was deleted', async () => {
  await demo.knex('users').insert({ email: 'gone@example.com', name: 'Gone' });
  const { browser } = await signInAtTuvens(demo, 'gone@example.com');
  await demo.knex('users').where({ email: 'gone@example.com' }).delete();
  expect((await browser.open(demo.tuvensUrl)).text).not.toContain('Signed in as');
});

it.each(['/sign-in', '/sign-out', '/sign-out-everywhere', '/add-ticketing', '/copy-link'])(
  'refuses a form to %s from another site',
  async (path) => {
    for (const site of ['cross-site', 'same-site']) {
      const reply = await postForm(`${demo.tuvensUrl}${path}`, {}, { 'sec-fetch-site': site });
      expect(reply.status).toBe(403);
    }
  },
);

it('sends the form for Hi.Events as a page that nobody stores, and runs its own script only', async () => {
  const { browser } = await signInAtTuvens(demo);
  const cookie = `tuvens.sid=${String(await browser.cookie(demo.tuvensUrl, 'tuvens.sid'))}`;
  const reply = await postForm(`${demo.tuvensUrl}/add-ticketing`, { account_id: '1' }, { cookie });
  const [, nonce] = /<script nonce="([^"]+)">/.exec(await reply.text()) ?? [];
  const policy = reply.headers.get('content-security-policy');
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain(`script-src 'nonce-${String(nonce)}'`);
  expect(policy).toContain(`form-action 'self' ${demo.hiEventsUrl} https:;`);
  expect(policy).not.toContain('unsafe');
  expect(reply.headers.get('cache-control')).toBe('no-store');
  expect(reply.headers.get('referrer-policy')).toBe('strict-origin');
});

it('escapes names', async () => {
  const [user] = await demo
    .knex('users')
    .insert({ email: 'script@example.com', name: '<script>alert(1)</script>' })
    .returning<{ id: number }[]>('id');
  const [account] = await demo
    .knex('accounts')
    .insert({ name: '"><img src=x onerror=alert(2)>', slug: 'script' })
    .returning<{ id: number }[]>('id');
  await demo.knex('account_members').insert({ user_id: user?.id, account_id: account?.id });

  const { browser, home } = await signInAtTuvens(demo, 'script@example.com');
  const cookie = `tuvens.sid=${String(await browser.cookie(demo.tuvensUrl, 'tuvens.sid'))}`;
  const atTuvens = await fetch(demo.tuvensUrl, { headers: { cookie } });
  const handoff = await browser.submit(formTo(home, '/add-ticketing'));
  await arrive(browser, formTo(handoff, '/auth/cross-app'));
  const session = String(await browser.cookie(demo.hiEventsUrl, 'hi-events.sid'));
  const atHiEvents = await fetch(demo.hiEventsUrl, { headers: { cookie: `hi-events.sid=${session}` } });
  for (const html of [await atTuvens.text(), await atHiEvents.text()]) {
    expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(html).toContain('&lt;img src=x onerror=alert(2)&gt;');
    expect(html).not.toMatch(/<script>|<img src=x/);
  }
});

it('issues what the settings and the request say', async () => {
  await requestHandoff(demo, '2');
  const [row] = await demo
    .knex('cross_app_sessions')
    .orderBy('id', 'desc')
    .limit(1)
    .select<Record<string, unknown>[]>('*', demo.knex.raw('expires_at - created_at AS life'));
  expect(row).toMatchObject({
    account_id: 2,
    source_app: 'tuvens',
    target_app: 'hi-events',
    payload: { event: 'Summer Street Festival' },
    user_agent: 'node',
  });
});

it('answers an unknown page with 404', async () => {
  const page = await new Browser().open(`${demo.tuvensUrl}/nothing-here`);
  expect([page.status, page.text]).toEqual([404, expect.stringContaining('There is no such page.')]);
});

it('has no error of its own in the log', () => {
  expect(demo.log.filter((line) => line.includes('failed'))).toEqual([]);
});
