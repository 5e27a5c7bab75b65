import { Browser } from '../src/walk-through/browser.js';
import type { Form, Page } from '../src/walk-through/browser.js';
import { formTo, postForm, signInAtTuvens, startTestDemo } from './test-demo.js';
import type { TestDemo } from './test-demo.js';

const AUTHORIZE = '/api/cross-app/authorize';
const PASSWORD = { password: 'demo' };

describe.each(['database', 'http'] as const)('“Sign in with Tuvens”, redeemed by %s', (redeem) => {
  let demo: TestDemo;

  beforeAll(async () => {
    demo = await startTestDemo({ redeem });
  });

  afterAll(async () => {
    await demo.stop();
  });

  const start = (browser: Browser): Promise<Page> => browser.open(`${demo.hiEventsUrl}/auth/cross-app/start`);

  it('signs whoever is signed in at Tuvens in, without a click, at a URL without a token', async () => {
    const { browser } = await signInAtTuvens(demo, 'member@example.com');
    const page = await start(browser);
    expect(page).toMatchObject({ status: 200, url: `${demo.hiEventsUrl}/` });
    expect(page.text).toContain('Signed in as Demo Member');
    expect(page.text).toContain('account 1');
    expect(page.text).toContain('Tickets for Summer Street Festival');
  });

  it('lets Tuvens ask for the password first, and comes back', async () => {
    const browser = new Browser();
    const login = await start(browser);
    expect(login.url.startsWith(`${demo.tuvensUrl}/?continue=`)).toBe(true);
    const wrong = await browser.submit(formTo(login, '/sign-in'), { email: 'member@example.com' });
    expect(wrong.status).toBe(401);
    const page = await browser.submit(formTo(wrong, '/sign-in'), {
      email: 'member@example.com',
      ...PASSWORD,
    });
    expect(page).toMatchObject({ status: 200, url: `${demo.hiEventsUrl}/` });
    expect(page.text).toContain('Signed in as Demo Member');
  });

  it('asks which account it is when there are several', async () => {
    const { browser } = await signInAtTuvens(demo);
    const picker = await start(browser);
    const form = formTo(picker, AUTHORIZE);
    expect(form.choices.map(({ label }) => label).sort()).toEqual([
      'Night Market Collective',
      'Riverside Hall',
    ]);
    const page = await browser.submit(form, { account_id: '2' });
    expect(page.text).toContain('Signed in as Demo Organizer');
    expect(page.text).toContain('account 2');
  });

  it('hands nobody over for an account of somebody else', async () => {
    const { browser } = await signInAtTuvens(demo);
    const picker = formTo(await start(browser), AUTHORIZE);
    const page = await browser.submit(picker, { account_id: '999' });
    expect(page.text).toContain('You were not let through');
    expect((await browser.open(demo.hiEventsUrl)).text).toContain('You are not signed in');
  });

  it('refuses what comes back in another browser, and stays usable in the one that began', async () => {
    const { browser } = await signInAtTuvens(demo, 'member@example.com');
    await start(browser);
    const stolen = browser.lastRedirectTo(`${demo.hiEventsUrl}/auth/cross-app?session_token=`);
    const thief = new Browser();
    const page = await thief.open(stolen);
    expect(page.status).toBe(400);
    expect(page.text).toContain('We could not recognise your browser');
    expect((await thief.open(demo.hiEventsUrl)).text).toContain('You are not signed in');
    expect((await browser.open(stolen)).text).toContain('Signed in as Demo Member');
  });

  it('is drawn, from the first redirect to the last', async () => {
    const { browser } = await signInAtTuvens(demo, 'member@example.com');
    await start(browser);
    const page = await browser.open(`${demo.hiEventsUrl}/what-happened`);
    for (const words of [
      'Sign in with Tuvens: bound to this browser',
      'Browser → Hi.Events GET /auth/cross-app/start answered: 303',
      'Browser → Tuvens GET /api/cross-app/authorize?client_id=hi-events&redirect_uri=…&state=…&code_challenge=…&code_challenge_method=S256 answered: 303',
      'Browser → Hi.Events GET /auth/cross-app?session_token=…&state=…&iss=… answered: 303',
    ]) {
      expect(page.text).toContain(words);
    }
  });
});

describe('Tuvens’ login', () => {
  let demo: TestDemo;

  beforeAll(async () => {
    demo = await startTestDemo();
  });

  afterAll(async () => {
    await demo.stop();
  });

  it.each(['https://evil.example/', '//evil.example', '/\\evil.example', 'javascript:alert(1)', ''])(
    'leads to no other site: %j',
    async (target) => {
      const fields = { email: 'member@example.com', ...PASSWORD, continue: target };
      const reply = await postForm(`${demo.tuvensUrl}/sign-in`, fields);
      expect([reply.status, reply.headers.get('location')]).toEqual([303, `${demo.tuvensUrl}/`]);
      const page = await new Browser().open(`${demo.tuvensUrl}/?continue=${encodeURIComponent(target)}`);
      const form: Form = formTo(page, '/sign-in');
      expect(form.fields['continue']).toBe(`${demo.tuvensUrl}/`);
    },
  );

  it('may end at Hi.Events, as Chromium asks of each redirect after a form', async () => {
    const reply = await fetch(demo.tuvensUrl);
    expect(reply.headers.get('content-security-policy')).toContain(`form-action 'self' ${demo.hiEventsUrl};`);
  });
});
