import { canRunInChromium, startChromium } from '@cross-app/chromium';
import { startDemoProcess } from '@cross-app/demo-process';
import type { DemoProcess } from '@cross-app/demo-process';
import { createTestDatabase } from '@cross-app/test-database';
import type { Browser, Page } from 'playwright-core';
import { expectAccessible } from './stage/accessible.js';
import { follow, press } from './stage/person.js';
import { tellOfScreenshots } from './stage/screenshots.js';

const inChromium = canRunInChromium('the look of the demo is') ? describe : describe.skip;

inChromium('the pages of the demo: axe finds nothing, in light and dark, wide and narrow', () => {
  let demo: DemoProcess;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    const { url } = await createTestDatabase();
    [demo, browser] = await Promise.all([startDemoProcess({ DATABASE_URL: url }), startChromium()]);
  });

  beforeEach(async () => {
    page = await (await browser.newContext()).newPage();
  });

  afterEach(() => page.context().close());

  afterAll(async () => {
    await browser.close();
    await demo.stop();
    tellOfScreenshots();
  });

  async function signIn(email: string, password = 'demo'): Promise<void> {
    await page.fill('#email', email);
    await page.fill('#password', password);
    await page.click('main button');
  }

  it('before anybody is signed in', async () => {
    await page.goto(demo.hiEventsUrl);
    await expectAccessible(page, 'demo-hi-events-signed-out');
    await follow(page, 'Sign in with Tuvens');
    await page.waitForSelector('#email');
    await expectAccessible(page, 'demo-tuvens-sign-in');
    await signIn('organizer@example.com', 'wrong');
    await page.waitForSelector('#problem');
    await expectAccessible(page, 'demo-tuvens-sign-in-wrong');
    await page.goto(`${demo.tuvensUrl}/nowhere`);
    await expectAccessible(page, 'demo-not-found');
  });

  it('on the bound way, with several accounts', async () => {
    await page.goto(`${demo.hiEventsUrl}/auth/cross-app/start`);
    await signIn('organizer@example.com');
    await page.getByRole('heading', { name: 'Choose an account' }).waitFor();
    await expectAccessible(page, 'demo-choose-account');
    await page.getByLabel('Night Market Collective').check();
    await press(page, 'Continue to Hi.Events');
    await page.waitForURL(`${demo.hiEventsUrl}/`);
    await expectAccessible(page, 'demo-hi-events');
    await page.goto(demo.tuvensUrl);
    await expectAccessible(page, 'demo-tuvens');
  });

  it('on the way with a link, and in the drawing of what happened', async () => {
    await page.goto(demo.tuvensUrl);
    await signIn('member@example.com');
    await press(page, 'Copy a link');
    await page.getByRole('link', { name: 'Open the link here' }).waitFor();
    await expectAccessible(page, 'demo-link');
    await follow(page, 'Open the link here');
    await page.getByRole('button', { name: 'Continue as' }).waitFor();
    await expectAccessible(page, 'demo-confirm');
    await press(page, 'Continue as');
    await page.waitForURL(`${demo.hiEventsUrl}/`);
    await page.goto(`${demo.tuvensUrl}/what-happened`);
    await expectAccessible(page, 'demo-what-happened');
  });
});
