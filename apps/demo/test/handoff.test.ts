import { handoffUrl } from '@cross-app/sdk';
import { Browser } from '../src/walk-through/browser.js';
import { Transcript } from '../src/walk-through/transcript.js';
import { walkThrough } from '../src/walk-through/walk-through.js';
import {
  arrive,
  CONTINUE,
  formTo,
  requestHandoff,
  signInAtTuvens,
  startTestDemo,
  tokenIn,
  untilSignedOut,
} from './test-demo.js';
import type { TestDemo } from './test-demo.js';

describe.each(['database', 'http'] as const)('a handoff that Hi.Events redeems by %s', (redeem) => {
  let demo: TestDemo;

  beforeAll(async () => {
    demo = await startTestDemo({ redeem });
  });

  afterAll(async () => {
    await demo.stop();
  });

  it('signs the person in for the chosen account, on a URL without the token', async () => {
    const { browser, form } = await requestHandoff(demo, '2');
    const page = await arrive(browser, form);
    expect(page).toMatchObject({ status: 200, url: `${demo.hiEventsUrl}/` });
    expect(page.text).toContain('Signed in as Demo Organizer');
    expect(page.text).toContain('account 2');
    expect(page.text).toContain('Tickets for Summer Street Festival');
    expect(page.text).toContain('May events:create tickets:sell');
  });

  it('takes a form that is sent twice by the same browser for one handoff', async () => {
    const { browser, form } = await requestHandoff(demo);
    await arrive(browser, form);
    const before = await browser.cookie(demo.hiEventsUrl, 'hi-events.sid');
    const page = await arrive(browser, form);
    expect(page.text).toContain('Signed in as Demo Organizer');
    expect(await browser.cookie(demo.hiEventsUrl, 'hi-events.sid')).toBe(before);
  });

  it('refuses the same token from another browser, and does not say why', async () => {
    const { browser, form } = await requestHandoff(demo);
    await arrive(browser, form);
    const thief = new Browser();
    const page = await arrive(thief, form);
    expect(page.status).toBe(401);
    expect(page.text).toContain('This link does not work (any more)');
    expect(page.text).not.toMatch(/token_used|replay/i);
    expect((await thief.open(demo.hiEventsUrl)).text).toContain('You are not signed in');
    // Nobody knows which of the two is the thief.
    expect((await untilSignedOut(demo, browser)).text).toContain('You are not signed in');
  });

  it('uses nothing up when a link is opened, until somebody clicks', async () => {
    const { form } = await requestHandoff(demo);
    const link = handoffUrl(`${demo.hiEventsUrl}/auth/cross-app`, { token: tokenIn(form), source: 'tuvens' });
    await fetch(link, { method: 'HEAD' });
    await new Browser().open(link);
    const browser = new Browser();
    const landing = await browser.open(link);
    expect((await browser.open(demo.hiEventsUrl)).text).toContain('You are not signed in');
    expect(landing.text).toContain('Continue as Demo Organizer');
    const page = await browser.submit(formTo(landing, CONTINUE));
    expect(page.text).toContain('Signed in as Demo Organizer');
    expect(page.url).toBe(`${demo.hiEventsUrl}/`);
  });

  it('gives a browser that arrives again a new session, and ends the old one', async () => {
    const { browser, form } = await requestHandoff(demo);
    await arrive(browser, form);
    const before = await browser.cookie(demo.hiEventsUrl, 'hi-events.sid');
    const home = await browser.open(demo.tuvensUrl);
    const handoff = await browser.submit(formTo(home, '/add-ticketing'));
    await arrive(browser, formTo(handoff, '/auth/cross-app'));
    const after = await browser.cookie(demo.hiEventsUrl, 'hi-events.sid');
    expect(before).toBeDefined();
    expect(after).not.toBe(before);
    const planted = await fetch(demo.hiEventsUrl, { headers: { cookie: `hi-events.sid=${String(before)}` } });
    expect(await planted.text()).toContain('You are not signed in');
  });

  it('signs out of one app and stays signed in at the other', async () => {
    const { browser, form } = await requestHandoff(demo);
    const page = await arrive(browser, form);
    const signedOut = await browser.submit(formTo(page, '/sign-out'));
    expect(signedOut.text).toContain('You are not signed in');
    expect((await browser.open(demo.tuvensUrl)).text).toContain('Signed in as Demo Organizer');
  });

  it('hands over somebody who has no account', async () => {
    const { browser, home } = await signInAtTuvens(demo, 'test@example.com');
    const handoff = await browser.submit(formTo(home, '/add-ticketing'));
    const page = await arrive(browser, formTo(handoff, '/auth/cross-app'));
    expect(page.text).toContain('Signed in as Test User');
    expect(page.text).toContain('Account none');
    expect(page.text).toContain('May nothing');
  });

  it('asks first when somebody else is signed in, and does what the person says', async () => {
    const { browser, form } = await requestHandoff(demo);
    await arrive(browser, form);
    const other = await signInAtTuvens(demo, 'member@example.com');
    const otherForm = formTo(
      await other.browser.submit(formTo(other.home, '/add-ticketing')),
      '/auth/cross-app',
    );
    const question = await arrive(browser, otherForm);
    expect(question.text).toContain('Somebody else is signed in at Hi.Events');
    expect((await browser.open(demo.hiEventsUrl)).text).toContain('Signed in as Demo Organizer');
    const page = await browser.submit(formTo(question, CONTINUE));
    expect(page.text).toContain('Signed in as Demo Member');
  });

  it('says what it is when the person comes back to a link after a sign-out', async () => {
    const { browser, form } = await requestHandoff(demo);
    await browser.submit(formTo(await arrive(browser, form), '/sign-out'));
    const page = await arrive(browser, form);
    expect(page.status).toBe(401);
    expect(page.text).toContain('You have used this link already');
    expect(page.text).toContain('What just happened?');
  });

  it('makes a ready link that signs the organizer in after one click, once', async () => {
    const link = await demo.makeReadyLink();
    const browser = new Browser();
    const landing = formTo(await browser.open(link), CONTINUE);
    expect((await browser.submit(landing)).text).toContain('Signed in as Demo Organizer');
    expect((await new Browser().open(link)).status).toBe(401);
  });

  it('is what --once walks through, without a token in the transcript', async () => {
    const lines: string[] = [];
    const transcript = new Transcript((line) => lines.push(line));
    const { tuvensUrl, hiEventsUrl, sharedSecret } = demo;
    expect(await walkThrough({ tuvensUrl, hiEventsUrl, sharedSecret, transcript })).toBe(true);
    expect(lines.filter((line) => line.includes('✓'))).toHaveLength(16);
    expect(lines.join('\n')).toContain('in Night Market Collective and Riverside Hall, and may sell tickets');
    expect(lines.join('\n')).toContain('handoff_[redacted]');
    expect(lines.join('\n')).not.toMatch(/handoff_[A-Za-z0-9_-]{8}/);
  });

  it('logs why a token was refused, and no token', () => {
    const log = demo.log.join('\n');
    expect(log).toContain('token_used');
    expect(log).not.toContain('handoff_');
    expect(log).not.toContain(demo.sharedSecret);
  });
});

it('says which step of --once failed', async () => {
  const demo = await startTestDemo();
  const lines: string[] = [];
  const { tuvensUrl, hiEventsUrl } = demo;
  const walk = { tuvensUrl, hiEventsUrl, sharedSecret: 'x'.repeat(32) };
  const isRight = await walkThrough({ ...walk, transcript: new Transcript((line) => lines.push(line)) });
  await demo.stop();
  expect(isRight).toBe(false);
  expect(lines.at(-1)).toMatch(/^\nNot every step did what it should: step 7, /);
  expect(lines.join('\n')).toContain('✗ step 7 failed: ');
});
