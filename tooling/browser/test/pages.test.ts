import { setTimeout } from 'node:timers/promises';
import { canRunInChromium } from '@cross-app/chromium';
import type { CrossAppSignInOptions } from '@cross-app/express';
import { CrossAppError, parseToken } from '@cross-app/protocol';
import type { Page } from 'playwright-core';
import { expectAccessible } from './stage/accessible.js';
import { ACME, GLOBEX } from './stage/database.js';
import { form } from './stage/html.js';
import { arrive, logIn, press, who } from './stage/person.js';
import { tellOfScreenshots } from './stage/screenshots.js';
import { openStage } from './stage/stage.js';
import type { Changes, Stage } from './stage/stage.js';
import { setOut } from './stage/travel.js';

const inChromium = canRunInChromium('the look of the pages is') ? describe : describe.skip;

/** A page, and the way to it of somebody who is logged in at Tuvens. */
interface Way {
  readonly name: string;
  readonly heading: string;
  readonly changes?: Changes;
  go(page: Page, stage: Stage): Promise<unknown>;
}

const openLink = async (
  page: Page,
  stage: Stage,
  request: { ttlSeconds?: number; targetApp?: string } = {},
): Promise<void> => {
  const { token } = await stage.sessions.issue({ userId: 1, targetApp: 'hi-events', ...request });
  if (request.ttlSeconds === 1) {
    await setTimeout(((parseToken(token)?.expiresAtSeconds ?? 0) + 1) * 1000 - Date.now());
  }
  await page.goto(`${stage.landing}?session_token=${token}&source=tuvens`);
};
const beZoe = async (page: Page, stage: Stage): Promise<void> => {
  await page.goto(stage.hiEvents);
  await press(page, 'I am Zoe');
};
// As who has no JavaScript sees it; axe itself needs some.
const setOutWithoutScript = async (page: Page): Promise<void> => {
  await page.addInitScript(() => {
    HTMLFormElement.prototype.submit = () => undefined;
    addEventListener('load', () => {
      for (const button of document.querySelectorAll('button')) button.disabled = false;
    });
  });
  await setOut(page, 'form');
};

const WAYS: readonly Way[] = [
  { name: 'confirm', heading: 'Continue to Hi.Events?', go: (page, stage) => openLink(page, stage) },
  {
    name: 'switch',
    heading: 'Somebody else is signed in at Hi.Events',
    async go(page, stage) {
      await beZoe(page, stage);
      await openLink(page, stage);
    },
  },
  {
    name: 'continue-at-tuvens',
    heading: 'On the way to Hi.Events',
    go: (page) => setOutWithoutScript(page),
  },
  {
    name: 'continue-at-hi-events',
    heading: 'On the way to Hi.Events',
    async go(page, stage) {
      await setOutWithoutScript(page);
      await press(page, 'Continue to Hi.Events');
      await page.waitForURL(stage.landing);
    },
  },
  {
    name: 'choose-account',
    heading: 'Choose an account',
    changes: { tuvens: { listAccounts: () => [ACME, GLOBEX] } },
    go: (page) => setOut(page, 'bound'),
  },
  {
    name: 'expired',
    heading: 'This link has expired',
    go: (page, stage) => openLink(page, stage, { ttlSeconds: 1 }),
  },
  {
    name: 'done',
    heading: 'You have used this link already',
    async go(page, stage) {
      await setOut(page, 'link');
      const url = page.url();
      await press(page, 'Continue as');
      await arrive(stage, page);
      await press(page, 'Sign out');
      await arrive(stage, page, '/');
      await page.goto(url);
    },
  },
  {
    name: 'refused',
    heading: 'This link does not work (any more)',
    go: (page, stage) => openLink(page, stage, { targetApp: 'tickets' }),
  },
  {
    name: 'wrong-app',
    heading: 'This does not come from an app that we know',
    async go(page, stage) {
      stage.showEvil(form(stage.landing, 'Win'));
      await page.goto(stage.evil);
      await press(page, 'Win');
    },
  },
  {
    name: 'cookies',
    heading: 'We could not recognise your browser',
    go: (page, stage) => page.goto(`${stage.landing}?error=access_denied&state=x`),
  },
  {
    name: 'someone-else',
    heading: 'Somebody else is signed in here',
    changes: { hiEvents: { someoneElse: 'reject' } },
    async go(page, stage) {
      await beZoe(page, stage);
      await openLink(page, stage);
    },
  },
  {
    name: 'account',
    heading: 'You were not let through',
    changes: { tuvens: { canUseAccount: () => false } },
    go: (page, stage) => page.goto(`${stage.landing}/start?account_id=8`),
  },
  {
    name: 'malformed',
    heading: 'This link is broken',
    go: (page, stage) => page.goto(`${stage.landing}?session_token=x`),
  },
  {
    name: 'malformed-at-tuvens',
    heading: 'This link is broken',
    go: (page, stage) => page.goto(`${stage.tuvens}/api/cross-app/authorize`),
  },
  {
    name: 'too-often',
    heading: 'That was too often',
    changes: { hiEvents: { sessions: failingWith('rate_limited') } },
    go: (page, stage) => openLink(page, stage),
  },
  {
    name: 'unavailable',
    heading: 'Signing in is not possible at the moment',
    changes: { hiEvents: { sessions: failingWith('store_unavailable') } },
    go: (page, stage) => openLink(page, stage),
  },
];

function failingWith(code: 'rate_limited' | 'store_unavailable'): CrossAppSignInOptions['sessions'] {
  const fail = (): Promise<never> => Promise.reject(new CrossAppError(code));
  return { redeem: fail, inspect: fail };
}

inChromium('the pages', () => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await openStage();
  });

  afterAll(async () => {
    await stage.close();
    tellOfScreenshots();
  });

  it.each(WAYS)('$name: axe finds nothing, in light and dark, wide and narrow', async (way) => {
    await stage.reset(way.changes);
    const page = await stage.visitor();
    await logIn(stage, page);
    await way.go(page, stage);
    await page.getByRole('heading', { name: way.heading }).waitFor();
    await expectAccessible(page, way.name);
  });

  it('would find a text that nobody can read, and one that is too wide', async () => {
    await stage.reset();
    stage.showEvil('<p style="color: #ccc; background: #ddd; width: 400px">Read this</p>');
    const page = await stage.visitor();
    await page.goto(stage.evil);
    await expect(expectAccessible(page, 'evil')).rejects.toThrow('color-contrast');
  });

  it('ask questions that can be answered with the keyboard alone', async () => {
    await stage.reset();
    const page = await stage.visitor();
    await logIn(stage, page);
    await setOut(page, 'link');
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Continue as Ada Lovelace');
    await page.keyboard.press('Enter');
    await arrive(stage, page);
    expect(await who(page)).toBe('Ada Lovelace');
  });
});
