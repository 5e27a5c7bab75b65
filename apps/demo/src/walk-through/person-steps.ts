import { setTimeout } from 'node:timers/promises';
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

const HEARSAY_MS = 10_000;
const { email, name } = ORGANIZER;

export function signInAtTuvens({ tuvensUrl, transcript }: Walk, browser: Browser): Promise<Page> {
  return transcript.step(`${name} signs in at Tuvens`, async () => {
    const signInPage = await browser.open(`${tuvensUrl}/`);
    const home = await browser.submit(formTo(signInPage, '/sign-in'), { email, password: 'demo' });
    expectPage(home, 200, `Signed in as ${name}`);
    return [home, `signed in as ${name}`];
  });
}

export function signInWithTuvens({ hiEventsUrl, transcript }: Walk, browser: Browser): Promise<Page> {
  return transcript.step('Bound: at Hi.Events they click “Sign in with Tuvens”', async () => {
    const picker = await browser.open(`${hiEventsUrl}/auth/cross-app/start`);
    const form = formTo(picker, '/api/cross-app/authorize');
    const account = form.choices.at(0);
    expect(account !== undefined, 'accounts to choose from');
    const page = await browser.submit(form, { account_id: account.value });
    expectPage(page, 200, `Signed in as ${name}`);
    expectCleanUrl(page);
    return [page, `signed in as ${name} for ${account.label}, with a token for this browser alone`];
  });
}

/** What came back from Tuvens, in the hands of somebody else. */
export function stealTheWayBack(
  { hiEventsUrl, transcript }: Walk,
  browser: Browser,
  wayBack: string,
): Promise<void> {
  return transcript.step('Another browser opens the address with which they came back', async () => {
    expectPage(await browser.open(wayBack), 400, 'another browser');
    expectPage(await browser.open(`${hiEventsUrl}/`), 200, 'not signed in');
    return [undefined, 'refused before the token is looked at: it is not the browser that began'];
  });
}

export function requestHandoff(
  { hiEventsUrl, transcript }: Walk,
  browser: Browser,
  home: Page,
): Promise<Handoff> {
  return transcript.step('Form: there they choose an account and click “Add ticketing”', async () => {
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
  return transcript.step('The browser posts the form to Hi.Events, whose own page goes on', async () => {
    const landed = await browser.submit(handoff.form);
    const page = await browser.submit(formTo(landed, '/auth/cross-app/continue'));
    expectPage(page, 200, `Signed in as ${name}`);
    expectPage(page, 200, `account ${handoff.accountId}`);
    expectCleanUrl(page);
    return [page, `signed in at Hi.Events as ${name} for account ${handoff.accountId}`];
  });
}

/** The same browser presses the same button twice, as impatient people do. */
export function arriveAgain({ transcript }: Walk, browser: Browser, { form }: Handoff): Promise<Page> {
  return transcript.step('The same browser sends it all once more: a double click, a reload', async () => {
    const landed = await browser.submit(form);
    const page = await browser.submit(formTo(landed, '/auth/cross-app/continue'));
    expectPage(page, 200, `Signed in as ${name}`);
    return [page, 'it is still signed in, by the same session'];
  });
}

export function replayElsewhere(
  { hiEventsUrl, transcript }: Walk,
  browser: Browser,
  { form }: Handoff,
): Promise<Page> {
  return transcript.step('Another browser posts the same form', async () => {
    const landed = await browser.submit(form);
    const page = await browser.submit(formTo(landed, '/auth/cross-app/continue'));
    expectPage(page, 401, 'does not work');
    const home = await browser.open(`${hiEventsUrl}/`);
    expectPage(home, 200, 'not signed in');
    return [page, 'the replay is refused, the page does not say why, and nobody is signed in'];
  });
}

/** Nobody knows which of two browsers the thief's is, so a replay ends the sign-in of the first. */
export function findOneselfSignedOut({ hiEventsUrl, transcript }: Walk, browser: Browser): Promise<Page> {
  return transcript.step('The first browser looks at Hi.Events again', async () => {
    const isOut = ({ text }: Page): boolean => text.includes('not signed in');
    let page = await browser.open(`${hiEventsUrl}/`);
    // Tuvens may be telling Hi.Events just now.
    for (const deadline = Date.now() + HEARSAY_MS; !isOut(page) && Date.now() < deadline;) {
      await setTimeout(HEARSAY_MS / 20);
      page = await browser.open(`${hiEventsUrl}/`);
    }
    expectPage(page, 200, 'not signed in');
    return [page, 'it is signed out: one of the two was a thief, and nobody knows which'];
  });
}

export function openLink({ hiEventsUrl, transcript }: Walk, browser: Browser, link: string): Promise<void> {
  return transcript.step('Link: a mail scanner opens a link with a token, twice', async () => {
    for (const page of [await browser.open(link), await browser.open(link)]) {
      expectPage(page, 200, `Continue as ${name}`);
    }
    expectPage(await browser.open(`${hiEventsUrl}/`), 200, 'not signed in');
    return [undefined, 'Hi.Events asks for a click, and uses nothing up'];
  });
}

export function followLink({ transcript }: Walk, browser: Browser, link: string): Promise<Page> {
  return transcript.step('A person opens the same link, and says yes', async () => {
    const question = await browser.open(link);
    const page = await browser.submit(formTo(question, '/auth/cross-app/continue'));
    expectPage(page, 200, `Signed in as ${name}`);
    expectCleanUrl(page);
    return [page, `signed in at Hi.Events as ${name}`];
  });
}

function formTo(page: Page, path: string): Form {
  const form = page.forms.find(({ action }) => new URL(action).pathname === path);
  expect(form !== undefined, `a form to ${path} on ${page.url}, which answered ${page.status}: ${page.text}`);
  return form;
}

function expectCleanUrl({ url }: Page): void {
  expect(new URL(url).pathname === '/' && new URL(url).search === '', 'a URL without a token');
}

function expectPage(page: Page, status: number, text: string): void {
  expect(
    page.status === status && page.text.toLowerCase().includes(text.toLowerCase()),
    `${status} with “${text}”, got ${page.status} with “${page.text}”`,
  );
}
