import type { Browser } from '../browser/browser.js';
import type { PageForm } from '../browser/form.js';
import type { Page } from '../browser/page.js';
import type { Tab } from '../browser/tab.js';
import type { TestPerson } from '../sessions/people.js';
import type { Handoff } from './setup.js';

const MAX_PAGES = 3;

/** The form of the landing's own on this page, and none of the host's. */
export function ownForm({ landingUrl }: Handoff, page: Page): PageForm | undefined {
  return page.forms.find(({ action }) => action === landingUrl || action.startsWith(`${landingUrl}/`));
}

/** Presses the button of each page of the landing until there is none. */
export async function pressOn(handoff: Handoff, tab: Tab): Promise<Page> {
  for (let pages = 0; pages < MAX_PAGES; pages++) {
    const form = ownForm(handoff, tab.page);
    if (form === undefined || tab.page.status >= 400) break;
    await tab.submit(form);
  }
  return tab.page;
}

/** Opens a link as somebody would: it comes from the source app. */
export function openLink({ issuer }: Handoff, tab: Tab, link: string): Promise<Page> {
  tab.show(`${issuer.source.origin}/`, '');
  return tab.follow(link);
}

/** Begins the bound flow as this person, and stops when the source app sends the browser back. */
export async function startBound(handoff: Handoff, browser: Browser, person?: TestPerson): Promise<Bound> {
  const { issuer, startUrl, landingUrl } = handoff;
  await issuer.signIn(browser, person ?? handoff.person);
  const tab = browser.tab();
  const stopBefore = (url: URL): boolean => `${url.origin}${url.pathname}` === landingUrl;
  const page = await tab.open(startUrl, { stopBefore });
  return { tab, landing: page.stoppedAt };
}

/** A bound flow that has come as far as the source app's reply. */
export interface Bound {
  readonly tab: Tab;
  /** Where the browser is sent now, with the token; null when the flow went another way. */
  readonly landing: string | null;
}

/** Whether it went well, as far as a person sees. */
export function isFine({ status, failure }: Page): boolean {
  return failure === null && status > 0 && status < 400;
}
