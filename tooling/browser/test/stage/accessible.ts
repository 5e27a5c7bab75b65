import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { takeScreenshot } from './screenshots.js';

const STANDARDS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
const LOOKS = (['light', 'dark'] as const).flatMap((colorScheme) =>
  [1280, 320].map((width) => ({ colorScheme, width })),
);

/**
 * Fails unless axe finds nothing on the page, in light and dark, on a wide and a narrow screen, on which nothing must
 * have to be scrolled sideways (WCAG 1.4.10). It takes pictures.
 */
export async function expectAccessible(page: Page, name: string): Promise<void> {
  await page.evaluate(axe.source);
  for (const { colorScheme, width } of LOOKS) {
    const look = `${name} ${colorScheme} ${width}`;
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: 800 });
    expect({ look, ...(await inspect(page)) }).toEqual({
      look,
      violations: [],
      isTooWide: false,
      hasPasses: true,
    });
    if ((colorScheme === 'light') === width > 320) await takeScreenshot(page, look.replaceAll(' ', '-'));
  }
}

async function inspect(
  page: Page,
): Promise<{ violations: string[]; isTooWide: boolean; hasPasses: boolean }> {
  return await page.evaluate(async (standards) => {
    const { axe: tool } = window as unknown as { axe: typeof axe };
    const found = await tool.run({ runOnly: standards });
    return {
      violations: found.violations.map(
        ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`,
      ),
      isTooWide: document.documentElement.scrollWidth > window.innerWidth,
      hasPasses: found.passes.length > 5,
    };
  }, STANDARDS);
}
