import type { Browser, BrowserContext, Page } from 'playwright-core';
import { canRunInChromium, startChromium } from '@cross-app/chromium';
import { startDemoProcess } from '@cross-app/demo-process';
import type { DemoProcess } from '@cross-app/demo-process';
import { createTestDatabase } from '@cross-app/test-database';

const SECRET = 'shared-by-tuvens-and-hi-events-only';

const canRun = canRunInChromium('createHandoffLauncher is');

async function startDemo(): Promise<DemoProcess> {
  const { url } = await createTestDatabase();
  return startDemoProcess({
    DATABASE_URL: url,
    HI_EVENTS_REDEEM: 'http',
    HI_EVENTS_SHARED_SECRET: SECRET,
  });
}

/** What the browser sent, in its order. */
interface Sent {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

(canRun ? describe : describe.skip)('a real browser', () => {
  let demo: DemoProcess;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let sent: Sent[];

  beforeAll(async () => {
    [demo, browser] = await Promise.all([startDemo(), startChromium()]);
  });

  afterAll(async () => {
    await browser.close();
    await demo.stop();
  });

  beforeEach(async () => {
    sent = [];
    context = await browser.newContext();
    page = await context.newPage();
    page.on('request', (request) => {
      const body = request.postData() ?? '';
      sent.push({ method: request.method(), url: request.url(), headers: request.headers(), body });
    });
    await page.goto(demo.tuvensUrl);
    await page.fill('#email', 'organizer@example.com');
    await page.fill('#password', 'demo');
    await page.click('button');
    await page.waitForSelector('form[data-landing]');
    // Before its script has run, the page hands over without it.
    await page.waitForLoadState('load');
  });

  afterEach(() => context.close());

  const sentTo = (path: string): Sent[] => sent.filter(({ url }) => new URL(url).pathname === path);

  it('makes one handoff of a double click, and arrives signed in', async () => {
    await page.dblclick('form[data-landing] button');
    await page.waitForURL(`${demo.hiEventsUrl}/`);
    expect(await page.textContent('body')).toContain('Signed in as Demo Organizer');
    expect(sentTo('/api/cross-app/generate-session').map(({ method }) => method)).toEqual(['POST']);
    expect(sentTo('/auth/cross-app').map(({ method }) => method)).toEqual(['POST']);
    expect(sentTo('/add-ticketing')).toEqual([]);
  });

  it('carries the token in bodies of POSTs to Hi.Events only, and has the secret nowhere', async () => {
    await page.click('form[data-landing] button');
    await page.waitForURL(`${demo.hiEventsUrl}/`);
    const arrivals = [...sentTo('/auth/cross-app'), ...sentTo('/auth/cross-app/continue')];
    const tokens = arrivals.map(({ body }) => new URLSearchParams(body).get('session_token') ?? '');
    const [token = ''] = tokens;
    expect(token).toMatch(/^handoff_[\w-]{56}$/);
    expect(tokens).toEqual([token, token]);
    const elsewhere = sent.map((each) => (arrivals.includes(each) ? { ...each, body: '' } : each));
    expect(JSON.stringify(elsewhere)).not.toContain(token);
    expect(JSON.stringify(sent)).not.toContain(SECRET);
  });

  it('leaves no token in the page that it came from', async () => {
    // The landing does not answer, so the page stays.
    await page.route('**/auth/cross-app', (route) => route.fulfill({ status: 204 }));
    const landing = page.waitForRequest('**/auth/cross-app');
    await page.click('form[data-landing] button');
    const body = (await landing).postData() ?? '';
    const token = new URLSearchParams(body).get('session_token') ?? 'none';
    const remains = await page.evaluate(() =>
      JSON.stringify([
        document.documentElement.outerHTML,
        location.href,
        Object.entries(localStorage),
        Object.entries(sessionStorage),
        document.cookie,
        Object.keys(window),
        performance.getEntries().map(({ name }) => name),
      ]),
    );
    expect(token).toMatch(/^handoff_/);
    expect(remains).toContain('data-landing');
    expect(remains).not.toContain(token);
    expect(remains).not.toContain(SECRET);
  });

  it('says on the page when it failed, and can try again', async () => {
    let isDown = true;
    await page.route('**/api/cross-app/generate-session', (route) =>
      isDown
        ? route.fulfill({ status: 403, json: { origin: { code: 'account_forbidden' } } })
        : route.continue(),
    );
    await page.click('form[data-landing] button');
    await page.waitForSelector('[role="alert"]:not([hidden])');
    expect(await page.textContent('[role="alert"]')).toBe('The signed-in user may not use this account.');
    isDown = false;
    await page.click('form[data-landing] button');
    await page.waitForURL(`${demo.hiEventsUrl}/`);
    expect(await page.textContent('body')).toContain('Signed in as Demo Organizer');
  });

  it('hands over again after the way back', async () => {
    await page.click('form[data-landing] button');
    await page.waitForURL(`${demo.hiEventsUrl}/`);
    await page.goBack();
    await page.click('form[data-landing] button');
    await page.waitForURL(`${demo.hiEventsUrl}/`);
    expect(sentTo('/api/cross-app/generate-session')).toHaveLength(2);
  });
});
