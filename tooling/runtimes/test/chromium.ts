import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';
import type { Browser } from 'playwright-core';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Where a Chromium is: `CHROME_PATH`, or where Linux distributions install it. */
export function findChromium(): string | undefined {
  const { CHROME_PATH } = process.env;
  return CHROME_PATH ?? PLACES.find((path) => existsSync(path));
}

/** Starts it without a window. As root, in containers, it has no sandbox to put pages into. */
export async function startChromium(): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === undefined) {
    throw new TypeError('there is no Chromium: install one (apt-get install chromium), or set CHROME_PATH');
  }
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
}
