import { setTimeout } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { ADA } from './database.js';
import type { Stage } from './stage.js';

// A page that comes from the browser's memory has no load event.
const COMMIT = { waitUntil: 'commit' } as const;

/** Logs in at Tuvens, and stays there. */
export async function logIn({ tuvens }: Stage, page: Page, { id } = ADA): Promise<void> {
  await page.goto(`${tuvens}/login/${id}`);
}

export async function press(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name }).click();
}

export async function follow(page: Page, name: string): Promise<void> {
  await page.getByRole('link', { name }).click();
}

/** Who the app of the page says is signed in. */
export async function who(page: Page): Promise<string | null> {
  return await page.locator('#who').textContent();
}

/** Waits until Hi.Events shows this page of its own. */
export async function arrive(stage: Stage, page: Page, path = '/events'): Promise<void> {
  // Looked at again and again: a navigation that is waited for fails when the next one takes its place.
  while (page.url() !== stage.hiEvents + path) await setTimeout(20);
  await page.locator('h1').waitFor();
}

/** The browser's own button. */
export async function goBack(page: Page): Promise<void> {
  await page.goBack(COMMIT);
  await page.locator('h1').waitFor();
}

/** The browser's own button. */
export async function goForward(page: Page): Promise<void> {
  await page.goForward(COMMIT);
  await page.locator('h1').waitFor();
}

/** The heading of the page. */
export async function heading(page: Page): Promise<string | null> {
  return await page.locator('h1').textContent();
}

/** Reloads until nobody is signed in any more: the revocation is on its way to Hi.Events. */
export async function untilSignedOut(page: Page): Promise<void> {
  const deadline = Date.now() + 20_000;
  do await page.reload();
  while ((await who(page)) !== 'nobody' && Date.now() < deadline);
}
