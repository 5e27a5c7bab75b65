import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';
import type { Browser } from 'playwright-core';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Where a Chromium is: `CHROME_PATH`, or where Linux distributions install it. */
function findChromium(): string | undefined {
  const { CHROME_PATH } = process.env;
  return CHROME_PATH ?? PLACES.find((path) => existsSync(path));
}

/**
 * Whether tests in a browser can run. When they cannot, it says aloud what is not tested; where
 * `CROSS_APP_REQUIRE_BROWSER=1` they run all the same, and fail.
 */
export function canRunInChromium(untested: string): boolean {
  if (process.env['CROSS_APP_REQUIRE_BROWSER'] === '1' || findChromium() !== undefined) return true;
  console.warn(
    `${untested} NOT tested in a real browser: install Chromium (apt-get install chromium), or set ` +
      'CHROME_PATH. CROSS_APP_REQUIRE_BROWSER=1 fails without one.',
  );
  return false;
}

/** How a Chromium is started, beside what every one needs here. */
export interface ChromiumOptions {
  readonly args?: readonly string[];
  /** Switches of playwright's own that are left out. */
  readonly without?: readonly string[];
}

/** Starts it without a window. As root, in containers, it has no sandbox to put pages into. */
export async function startChromium({ args = [], without = [] }: ChromiumOptions = {}): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === undefined) {
    throw new TypeError('there is no Chromium: install one (apt-get install chromium), or set CHROME_PATH');
  }
  return chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-dev-shm-usage', ...args],
    ignoreDefaultArgs: [...without],
  });
}
