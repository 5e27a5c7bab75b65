import { canRunInChromium } from '@cross-app/chromium';
import type { Page } from 'playwright-core';
import { ACME, ADA, GLOBEX } from './stage/database.js';
import { form } from './stage/html.js';
import { arrive, follow, heading, logIn, press, who } from './stage/person.js';
import { openStage } from './stage/stage.js';
import type { Stage } from './stage/stage.js';

const inChromium = canRunInChromium('what changes while a page waits is') ? describe : describe.skip;

inChromium('while "Continue as …?" waits for its button', () => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await openStage();
  });

  beforeEach(() => stage.reset());

  afterAll(() => stage.close());

  async function openLink(ttlSeconds = 60): Promise<Page> {
    const { token } = await stage.sessions.issue({ userId: ADA.id, targetApp: 'hi-events', ttlSeconds });
    const page = await stage.visitor();
    await page.goto(`${stage.landing}?session_token=${token}&source=tuvens`);
    expect(await heading(page)).toBe('Continue to Hi.Events?');
    return page;
  }

  it('the token may expire', async () => {
    const page = await openLink(5);
    await page.waitForTimeout(6_000);
    await press(page, 'Continue as');
    await page.getByRole('heading', { name: 'This link has expired' }).waitFor();
    expect(await stage.count()).toEqual({ all: 1, used: 0 });
  });

  it('the person may sign out everywhere', async () => {
    const page = await openLink();
    await stage.sessions.revokeAll({ userId: ADA.id });
    await press(page, 'Continue as');
    await page.getByRole('heading', { name: 'This link does not work (any more)' }).waitFor();
    expect(await stage.count()).toEqual({ all: 1, used: 0 });
  });

  it('the network may go away: the same button signs in when it is back', async () => {
    const page = await openLink();
    await page.context().setOffline(true);
    await press(page, 'Continue as');
    await page.waitForURL('chrome-error://**');
    expect(await stage.count()).toEqual({ all: 1, used: 0 });
    await page.context().setOffline(false);
    await page.goBack();
    await press(page, 'Continue as');
    await arrive(stage, page, '/');
    expect(await who(page)).toBe('Ada Lovelace');
  });
});

inChromium('while the choice of an account waits', () => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await openStage();
  });

  afterAll(() => stage.close());

  async function comeToChoice(): Promise<Page> {
    const accounts = [ACME, GLOBEX];
    await stage.reset({
      tuvens: {
        listAccounts: () => accounts,
        canUseAccount: (_user, id) => accounts.some((account) => account.id === id),
      },
    });
    const page = await stage.visitor();
    await logIn(stage, page);
    await follow(page, 'Add ticketing');
    expect(await heading(page)).toBe('Choose an account');
    return page;
  }

  async function choose(page: Page, name: string): Promise<void> {
    await page.getByLabel(name).check();
    await press(page, 'Continue to Hi.Events');
  }

  it("may be changed into an account of somebody else's, which is refused", async () => {
    const page = await comeToChoice();
    await page.evaluate("document.querySelector('input[type=radio]').value = '99'");
    await page.locator('input[type=radio]').first().check();
    await press(page, 'Continue to Hi.Events');
    await page.getByRole('heading', { name: 'You were not let through' }).waitFor();
    expect(await stage.count()).toEqual({ all: 0, used: 0 });
  });

  it('a form of another site may send the choice, which is refused', async () => {
    const page = await comeToChoice();
    const { pathname, searchParams } = new URL(page.url());
    const fields = { ...Object.fromEntries(searchParams), account_id: ACME.id };
    stage.showEvil(form(stage.tuvens + pathname, 'Win', fields));
    await page.goto(stage.evil);
    await press(page, 'Win');
    await page.getByRole('heading', { name: 'This does not come from an app that we know' }).waitFor();
    expect(await stage.count()).toEqual({ all: 0, used: 0 });
  });

  it('the person may go back to it, and arrive for the other account', async () => {
    const page = await comeToChoice();
    await choose(page, 'Acme');
    await arrive(stage, page);
    expect(await page.textContent('#account')).toBe('Acme');
    await page.goBack();
    await page.getByRole('heading', { name: 'Choose an account' }).waitFor();
    await choose(page, 'Globex');
    await arrive(stage, page);
    expect(await page.textContent('#account')).toBe('Globex');
  });
});
