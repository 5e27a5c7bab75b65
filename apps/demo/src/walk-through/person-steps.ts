import { parseToken } from '@cross-app/protocol';
import { ORGANIZER } from '../people.js';
import type { Browser, Form, Page } from './browser.js';
import { expect } from './transcript.js';
import type { Walk } from './walk.js';

/** The form that carries the token, the token itself, and the account that was chosen for it. */
export interface Handoff {
  readonly form: Form;
  readonly token: string;
  readonly accountId: string;
}

const { email, name } = ORGANIZER;

export function signInAtTuvens({ tuvensUrl, transcript }: Walk, browser: Browser): Promise<Page> {
  return transcript.step(`${name} signs in at Tuvens`, async () => {
    const signInPage = await browser.open(`${tuvensUrl}/`);
    const home = await browser.submit(formTo(signInPage, '/sign-in'), { email, password: 'demo' });
    expectPage(home, 200, `Signed in as ${name}`);
    return [home, `signed in as ${name}`];
  });
}

export function requestHandoff(
  { hiEventsUrl, transcript }: Walk,
  browser: Browser,
  home: Page,
): Promise<Handoff> {
  return transcript.step('There they choose an account and click “Add ticketing”', async () => {
    const addTicketing = formTo(home, '/add-ticketing');
    const account = addTicketing.choices.at(-1);
    expect(account !== undefined, 'accounts to choose from');
    const page = await browser.submit(addTicketing, { account_id: account.value });
    const form = formTo(page, '/auth/cross-app');
    expect(form.action.startsWith(`${hiEventsUrl}/`), `a form to ${hiEventsUrl}`);
    const token = form.fields['session_token'] ?? '';
    expect(parseToken(token) !== undefined, 'a token in the form');
    expect(!page.url.includes(token), 'a page without the token in its URL');
    return [
      { form, token, accountId: account.value },
      `Tuvens made ${token} for ${account.label}, in a form and in no URL`,
    ];
  });
}

export function arriveAtHiEvents({ transcript }: Walk, browser: Browser, handoff: Handoff): Promise<Page> {
  return transcript.step('The browser posts the form to Hi.Events', async () => {
    const page = await browser.submit(handoff.form);
    expectPage(page, 200, `Signed in as ${name}`);
    expectPage(page, 200, `account ${handoff.accountId}`);
    expect(new URL(page.url).pathname === '/' && new URL(page.url).search === '', 'a URL without a token');
    return [page, `signed in at Hi.Events as ${name} for account ${handoff.accountId}`];
  });
}

export function replayElsewhere(
  { hiEventsUrl, transcript }: Walk,
  browser: Browser,
  { form }: Handoff,
): Promise<Page> {
  return transcript.step('Another browser posts the same form again', async () => {
    const page = await browser.submit(form);
    expectPage(page, 401, 'not valid or no longer valid');
    const home = await browser.open(`${hiEventsUrl}/`);
    expectPage(home, 200, 'not signed in');
    return [page, 'the replay is refused, the page does not say why, and nobody is signed in'];
  });
}

function formTo(page: Page, path: string): Form {
  const form = page.forms.find(({ action }) => new URL(action).pathname === path);
  expect(form !== undefined, `a form to ${path} on ${page.url}, which answered ${page.status}: ${page.text}`);
  return form;
}

function expectPage(page: Page, status: number, text: string): void {
  expect(
    page.status === status && page.text.toLowerCase().includes(text.toLowerCase()),
    `${status} with “${text}”, got ${page.status} with “${page.text}”`,
  );
}
