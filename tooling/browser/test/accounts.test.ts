import { canRunInChromium } from '@cross-app/chromium';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { ACME, GLOBEX } from './stage/database.js';
import { arrive, follow, logIn, press, who } from './stage/person.js';
import { openStage } from './stage/stage.js';
import type { Stage } from './stage/stage.js';
import { setOut } from './stage/travel.js';

const inChromium = canRunInChromium('the choice of an account is') ? describe : describe.skip;

inChromium('a person with several accounts', () => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await openStage();
  });

  beforeEach(() => stage.reset({ tuvens: { listAccounts: () => [ACME, GLOBEX] } }));

  afterAll(() => stage.close());

  async function comeToTheQuestion(options?: BrowserContextOptions): Promise<Page> {
    const page = await stage.visitor(options);
    await logIn(stage, page);
    await setOut(page, 'bound');
    await page.getByRole('heading', { name: 'Choose an account' }).waitFor();
    return page;
  }

  async function expectSignedInFor(page: Page, account: string): Promise<void> {
    await arrive(stage, page);
    expect(await who(page)).toBe('Ada Lovelace');
    expect(await page.textContent('#account')).toBe(account);
  }

  it.each([true, false])(
    'goes on for the one that they choose (JavaScript: %s)',
    async (javaScriptEnabled) => {
      const page = await comeToTheQuestion({ javaScriptEnabled });
      await page.getByLabel('Globex').check();
      await press(page, 'Continue to Hi.Events');
      await expectSignedInFor(page, 'Globex');
    },
  );

  it('can do so with the keyboard alone', async () => {
    const page = await comeToTheQuestion();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Space');
    await page.keyboard.press('ArrowDown');
    expect(await page.getByLabel('Globex').isChecked()).toBe(true);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await expectSignedInFor(page, 'Globex');
  });

  it('cannot go on without a choice', async () => {
    const page = await comeToTheQuestion();
    await press(page, 'Continue to Hi.Events');
    expect(await page.getByLabel('Acme').evaluate((input: HTMLInputElement) => input.validity.valid)).toBe(
      false,
    );
    expect(await stage.count()).toEqual({ all: 0, used: 0 });
  });

  it('may go back to Hi.Events without one', async () => {
    const page = await comeToTheQuestion();
    await follow(page, 'Do not go to Hi.Events');
    await page.waitForURL((url) => url.origin === stage.hiEvents);
    await page.goto(stage.hiEvents);
    expect(await who(page)).toBe('nobody');
    expect(await stage.count()).toEqual({ all: 0, used: 0 });
  });

  it('is not asked when the app has asked for one of them', async () => {
    const page = await stage.visitor();
    await logIn(stage, page);
    await page.goto(`${stage.landing}/start?return_to=/events&account_id=${ACME.id}`);
    await expectSignedInFor(page, 'Acme');
  });
});
