import axe from 'axe-core';
import { JSDOM } from 'jsdom';
import { SAMPLE_PAGES } from './sample-pages.js';
import { sendSample } from './send-sample.js';

interface AxeWindow {
  eval(code: string): unknown;
  axe: typeof axe;
}

/** What axe finds in the page. jsdom draws nothing: contrast.test.ts computes what axe would measure. */
async function violations(html: string): Promise<string[]> {
  const window = new JSDOM(html, { runScripts: 'outside-only' }).window as unknown as AxeWindow & Window;
  window.eval(axe.source);
  const found = await window.axe.run(window.document, { rules: { 'color-contrast': { enabled: false } } });
  expect(found.passes.length).toBeGreaterThan(10);
  return found.violations.map(({ id, help }) => `${id}: ${help}`);
}

describe('axe', () => {
  it.each(SAMPLE_PAGES)('finds nothing on the page %s', async (_name, page) => {
    const { text } = await sendSample({ page });
    expect(await violations(text)).toEqual([]);
  });

  it('would find a control without a label, and a page without a language', async () => {
    const found = await violations('<title>x</title><main><h1>x</h1><input type="radio"></main>');
    expect(found.join()).toContain('label');
    expect(found.join()).toContain('html-has-lang');
  });
});
