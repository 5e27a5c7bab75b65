import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Page } from 'playwright-core';

const FOLDER = resolve(__dirname, '../../screenshots');

/** Takes a picture of the whole page, for people to look at. Git ignores the folder. */
export async function takeScreenshot(page: Page, name: string): Promise<void> {
  mkdirSync(FOLDER, { recursive: true });
  await page.screenshot({ path: resolve(FOLDER, `${name}.png`), fullPage: true });
}

/** Says where the pictures are. */
export function tellOfScreenshots(): void {
  process.stdout.write(`Pictures of the pages are in ${FOLDER}\n`);
}
