// The demo as somebody sees it who tries it out, with JavaScript and without.
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { canRunInChromium, startChromium } from '@cross-app/chromium';
import { startDemoProcess } from '@cross-app/demo-process';
import type { DemoProcess } from '@cross-app/demo-process';
import { createTestDatabase } from '@cross-app/test-database';

const canRun = canRunInChromium('The demo’s three ways are');

let demo: DemoProcess;
let browser: Browser;

(canRun ? describe : describe.skip)('the demo in a real browser', () => {
  beforeAll(async () => {
    const { url } = await createTestDatabase();
    [demo, browser] = await Promise.all([
      startDemoProcess({ DATABASE_URL: url, HI_EVENTS_REDEEM: 'http' }),
      startChromium(),
    ]);
  });

  afterAll(async () => {
    await browser.close();
    await demo.stop();
  });

  describe.each([true, false])('with JavaScript: %s', (javaScriptEnabled) => {
    let context: BrowserContext;
    let page: Page;

    beforeEach(async () => {
      context = await browser.newContext({ javaScriptEnabled });
      page = await context.newPage();
    });

    afterEach(() => context.close());

    const signIn = async (email: string): Promise<void> => {
      await page.fill('#email', email);
      await page.fill('#password', 'demo');
      await page.click('main button');
    };
    const press = (name: string): Promise<void> => page.getByRole('button', { name }).first().click();
    // Without scripts the page that sends itself has a button.
    const goOn = async (): Promise<void> => {
      if (!javaScriptEnabled) await press('Continue to Hi.Events');
    };
    const expectToBe = async (words: string): Promise<void> => {
      await page.waitForURL(`${demo.hiEventsUrl}/`);
      expect(await page.textContent('main')).toContain(words);
    };

    it('begins at Hi.Events, signs in at Tuvens on the way, and comes back bound', async () => {
      await page.goto(demo.hiEventsUrl);
      await page.getByRole('link', { name: 'Sign in with Tuvens' }).click();
      await signIn('member@example.com');
      await expectToBe('Demo Member');
    });

    it('asks on the way for which of several accounts it is', async () => {
      await page.goto(`${demo.hiEventsUrl}/auth/cross-app/start`);
      await signIn('organizer@example.com');
      await page.getByLabel('Night Market Collective').check();
      await press('Continue to Hi.Events');
      await expectToBe('Demo Organizer');
    });

    it('hands over with a form, whose token is in no address', async () => {
      await page.goto(demo.tuvensUrl);
      await signIn('test@example.com');
      const addresses: string[] = [];
      page.on('framenavigated', (frame) => addresses.push(frame.url()));
      await press('Add ticketing');
      await goOn();
      await goOn();
      await expectToBe('Test User');
      expect(addresses.join()).not.toContain('handoff_');
    });

    it('makes a link to open and to say yes to, then ends it everywhere, and draws all of it', async () => {
      await page.goto(demo.tuvensUrl);
      await signIn('member@example.com');
      await press('Copy a link');
      await page.getByRole('link', { name: 'Open the link here' }).click();
      await press('Continue as Demo Member');
      await expectToBe('Demo Member');
      await page.goto(demo.tuvensUrl);
      await press('Sign out everywhere');
      await page.waitForSelector('#email');
      await page.getByRole('link', { name: 'What just happened?' }).click();
      const story = page.getByRole('region', { name: /^Sign out everywhere/ }).first();
      expect(await story.textContent()).toContain('Tuvens → PostgreSQL');
      // Tuvens may be telling Hi.Events just now.
      const isIn = (): Promise<boolean> => page.getByText('Signed in as').isVisible();
      await page.goto(demo.hiEventsUrl);
      for (let tries = 0; tries < 50 && (await isIn()); tries += 1) await page.reload();
      expect(await page.textContent('main')).toContain('You are not signed in');
    });
  });

  it('draws arrows from lane to lane where there is room, and only words where there is not', async () => {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    await page.goto(demo.tuvensUrl);
    await page.goto(`${demo.tuvensUrl}/what-happened`);
    const arrow = page.locator('.arrow').first();
    const lane = page.locator('.names span');
    const [from, to, drawn] = [
      await lane.nth(0).boundingBox(),
      await lane.nth(1).boundingBox(),
      await arrow.boundingBox(),
    ];
    const middle = (box: typeof from): number => (box === null ? Number.NaN : box.x + box.width / 2);
    expect(Math.abs((drawn?.x ?? 0) - middle(from))).toBeLessThan(2);
    expect(Math.abs((drawn?.x ?? 0) + (drawn?.width ?? 0) - middle(to))).toBeLessThan(2);
    await page.setViewportSize({ width: 400, height: 800 });
    expect(await arrow.isVisible()).toBe(false);
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(width).toBeLessThanOrEqual(400);
    await page.close();
  });
});
