import type { Page } from 'playwright-core';
import type { Stage } from './stage.js';

/** Logs in at Tuvens, and stays there. */
export async function logIn(stage: Stage, page: Page, name = 'Ada Lovelace'): Promise<void> {
  await page.goto(`${stage.tuvens}/login`);
  await press(page, `I am ${name}`);
  await page.waitForURL(`${stage.tuvens}/`);
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

/** Waits until Hi.Events shows this page of its own: not for its load event, for a page from the browser's memory has none. */
export async function arrive(stage: Stage, page: Page, path = '/events'): Promise<void> {
  await page.waitForURL(stage.hiEvents + path, { waitUntil: 'commit' });
}

/** The heading of the page. */
export async function heading(page: Page): Promise<string | null> {
  return await page.locator('h1').textContent();
}
