import type { Page } from 'playwright-core';
import type { Stage } from './stage.js';

/** The URLs in the history of the page's tab, in their order. */
export async function historyOf(page: Page): Promise<string[]> {
  const devTools = await page.context().newCDPSession(page);
  const { entries } = await devTools.send('Page.getNavigationHistory');
  return entries.map(({ url }) => url);
}

/** What the sites were told in `Referer`. */
export function referrers({ received }: Stage): string[] {
  return received.flatMap(({ headers: { referer } }) => (referer === undefined ? [] : [referer]));
}

/** The URLs that were asked for. */
export function urls({ received }: Stage): string[] {
  return received.map(({ url }) => url);
}

/** The last URL that was asked for at the landing, the token in it. */
export function landingUrl({ received, landing }: Stage): string {
  const urlsOfLanding = received.map(({ url }) => url).filter((url) => url.startsWith(`${landing}?`));
  return urlsOfLanding.at(-1) ?? 'https://nothing-has-landed.test/';
}
