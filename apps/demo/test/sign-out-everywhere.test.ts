import { handoffUrl } from '@cross-app/sdk';
import { Browser } from '../src/walk-through/browser.js';
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

describe.each(['database', 'http'] as const)(
  'sign-out everywhere, when Hi.Events redeems by %s',
  (redeem) => {
    let demo: TestDemo;

    beforeAll(async () => {
      demo = await startTestDemo({ redeem });
    });

    afterAll(async () => {
      await demo.stop();
    });

    const everywhere = async (browser: Browser): Promise<void> => {
      await browser.submit(formTo(await browser.open(demo.tuvensUrl), '/sign-out-everywhere'));
    };

    it('ends the sign-ins at Hi.Events in every browser and by every way, and nobody else’s', async () => {
      const form = await requestHandoff(demo);
      await arrive(form.browser, form.form);
      const link = new Browser();
      await link.submit(formTo(await link.open(await demo.makeReadyLink()), CONTINUE));
      const bound = (await signInAtTuvens(demo)).browser;
      const picker = await bound.open(`${demo.hiEventsUrl}/auth/cross-app/start`);
      await bound.submit(formTo(picker, '/api/cross-app/authorize'), { account_id: '1' });
      const other = (await signInAtTuvens(demo, 'member@example.com')).browser;
      await other.open(`${demo.hiEventsUrl}/auth/cross-app/start`);
      const all = [form.browser, link, bound];
      for (const browser of all) {
        expect((await browser.open(demo.hiEventsUrl)).text).toContain('Signed in as Demo Organizer');
      }

      await everywhere(bound);

      for (const browser of all) {
        expect((await untilSignedOut(demo, browser)).text).toContain('You are not signed in');
      }
      expect((await other.open(demo.hiEventsUrl)).text).toContain('Signed in as Demo Member');
    });

    it('is drawn, with who tells Hi.Events of it', async () => {
      const { browser, form } = await requestHandoff(demo);
      await arrive(browser, form);
      await everywhere(browser);
      await untilSignedOut(demo, browser);
      const { text } = await browser.open(`${demo.tuvensUrl}/what-happened`);
      expect(text).toContain('Tuvens → PostgreSQL revokeAll answered: done');
      const told = 'Tuvens → Hi.Events POST /auth/cross-app/back-channel-logout answered: 204';
      expect(text.includes(told)).toBe(redeem === 'http');
    });

    it('leaves no link usable that was not used yet', async () => {
      const { browser, form } = await requestHandoff(demo);
      await everywhere(browser);
      const link = handoffUrl(`${demo.hiEventsUrl}/auth/cross-app`, {
        token: tokenIn(form),
        source: 'tuvens',
      });
      expect((await new Browser().open(link)).status).toBe(401);
    });

    it('is over when the person signs in again', async () => {
      const { browser, form } = await requestHandoff(demo);
      await arrive(browser, form);
      await everywhere(browser);
      await untilSignedOut(demo, browser);
      const again = await requestHandoff(demo);
      await arrive(again.browser, again.form);
      expect((await again.browser.open(demo.hiEventsUrl)).text).toContain('Signed in as Demo Organizer');
    });
  },
);
