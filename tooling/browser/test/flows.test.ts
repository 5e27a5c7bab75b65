import { canRunInChromium } from '@cross-app/chromium';
import { arrive, heading, logIn, press, who } from './stage/person.js';
import { openStage } from './stage/stage.js';
import type { Stage } from './stage/stage.js';
import { historyOf, referrers, urls } from './stage/traces.js';
import { FLOWS, setOut, signIn, travel } from './stage/travel.js';

const inChromium = canRunInChromium('signing in is') ? describe : describe.skip;

inChromium('signing in', () => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await openStage();
  });

  beforeEach(() => stage.reset());

  afterAll(() => stage.close());

  it.each(FLOWS)('takes a person to the page that they wanted, signed in (%s)', async (flow) => {
    const page = await signIn(stage, flow);
    expect(await who(page)).toBe('Ada Lovelace');
    expect(await stage.count()).toEqual({ all: 1, used: 1 });
  });

  it('works without JavaScript, through /authorize', async () => {
    const page = await stage.visitor({ javaScriptEnabled: false });
    await logIn(stage, page);
    await travel(stage, page, 'bound');
    expect(await who(page)).toBe('Ada Lovelace');
  });

  it('works without JavaScript, with a form: each page on the way has a button', async () => {
    const page = await stage.visitor({ javaScriptEnabled: false });
    await logIn(stage, page);
    await setOut(page, 'form');
    expect(await heading(page)).toBe('On the way to Hi.Events');
    await press(page, 'Continue to Hi.Events');
    await page.waitForURL(stage.landing);
    expect(await stage.count()).toEqual({ all: 1, used: 0 });
    await press(page, 'Continue to Hi.Events');
    await arrive(stage, page);
    expect(await who(page)).toBe('Ada Lovelace');
  });

  it('works without JavaScript, with a link', async () => {
    const page = await stage.visitor({ javaScriptEnabled: false });
    await logIn(stage, page);
    await travel(stage, page, 'link');
    expect(await who(page)).toBe('Ada Lovelace');
  });

  it('asks who opens a link whether it is them, and uses nothing up before', async () => {
    const page = await stage.visitor();
    await logIn(stage, page);
    await setOut(page, 'link');
    expect(await heading(page)).toBe('Continue to Hi.Events?');
    expect(await page.textContent('main')).toContain('Ada Lovelace (ada@example.com)');
    expect(await stage.count()).toEqual({ all: 1, used: 0 });
    await page.getByRole('link', { name: 'No, do not sign me in' }).click();
    await arrive(stage, page);
    expect(await who(page)).toBe('nobody');
    expect(await stage.count()).toEqual({ all: 1, used: 0 });
  });

  it('shows the login of Tuvens to who is not signed in there, and brings them on', async () => {
    const page = await stage.visitor();
    await page.goto(`${stage.landing}/start?return_to=/events`);
    expect(await heading(page)).toBe('Log in to Tuvens');
    await press(page, 'I am Ada Lovelace');
    await arrive(stage, page);
    expect(await who(page)).toBe('Ada Lovelace');
  });

  it('leaves a token that is posted in no URL, no Referer and no history', async () => {
    const page = await signIn(stage, 'form');
    expect(urls(stage)).toContain(stage.landing);
    for (const traces of [urls(stage), referrers(stage), await historyOf(page)]) {
      expect(traces.length).toBeGreaterThan(0);
      expect(traces.join('\n')).not.toContain('handoff_');
    }
  });

  it('leaves a bound token in no Referer and no history', async () => {
    const page = await signIn(stage, 'bound');
    expect(urls(stage).join('\n')).toContain('handoff_');
    for (const traces of [referrers(stage), await historyOf(page)]) {
      expect(traces.length).toBeGreaterThan(0);
      expect(traces.join('\n')).not.toContain('handoff_');
    }
  });

  it('leaves the token of a link in no Referer', async () => {
    await signIn(stage, 'link');
    expect(urls(stage).join('\n')).toContain('handoff_');
    expect(referrers(stage).join('\n')).not.toContain('handoff_');
  });

  it.each(FLOWS)('begins a session with an id of its own, and an empty basket (%s)', async (flow) => {
    const page = await stage.visitor();
    await page.goto(stage.hiEvents);
    await press(page, 'Put tickets into the basket');
    const sessionId = async (): Promise<string | undefined> =>
      (await page.context().cookies(stage.hiEvents)).find(({ name }) => name === 'hi-events')?.value;
    const before = await sessionId();
    expect(before).toBeDefined();
    await logIn(stage, page);
    await travel(stage, page, flow);
    expect(await sessionId()).not.toBe(before);
    expect(await page.textContent('#basket')).toBe('nothing');
  });

  it('keeps the cookie of the browser from scripts, other sites and plain http', async () => {
    const page = await signIn(stage, 'bound');
    const cookies = await page.context().cookies(stage.hiEvents);
    expect(cookies.find(({ name }) => name === '__Host-cross-app')).toMatchObject({
      domain: 'hi-events.test',
      path: '/',
      httpOnly: true,
      secure: true,
      sameSite: 'Lax',
    });
    expect(await page.evaluate(() => document.cookie)).toBe('');
  });
});
