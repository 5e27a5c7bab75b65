import type { CrossAppPage } from '../../src/index.js';
import { CHOOSE_ACCOUNT, CONFIRM, CONTINUE, errorPage, PROBLEMS, SAMPLE_PAGES } from './sample-pages.js';
import { openSample } from './send-sample.js';

/** What a person reads, a line for each element that holds text. */
function readText(document: Document): string {
  const seen = [...document.querySelectorAll('h1, p:not(.actions), legend, label, button, a')];
  return seen.map((element) => `${element.localName}: ${element.textContent}`).join('\n');
}

const formOf = (document: Document): HTMLFormElement | null => document.querySelector('form');

describe.each(SAMPLE_PAGES)('the page %s', (_name, page: CrossAppPage) => {
  it('says this', async () => {
    expect(readText(await openSample(page))).toMatchSnapshot();
  });

  it('has a language, a title, one main, and one heading with the words of the title', async () => {
    const document = await openSample(page);
    expect(document.documentElement.lang).toBe('en');
    expect(document.querySelectorAll('main')).toHaveLength(1);
    expect(document.querySelectorAll('h1')).toHaveLength(1);
    expect(document.title).not.toBe('');
    expect(document.querySelector('h1')?.textContent).toBe(document.title);
    expect(document.querySelector('meta[name=viewport]')?.getAttribute('content')).toBe(
      'width=device-width, initial-scale=1',
    );
  });

  it('loads nothing, and has no handler or style in an attribute', async () => {
    const document = await openSample(page);
    expect(document.querySelectorAll('[src], link, iframe, object, embed, base, [style]')).toHaveLength(0);
    expect(document.querySelector('style')?.textContent).not.toMatch(/url\(|@import|@font-face/);
    const attributes = [...document.querySelectorAll('*')].flatMap((element) => element.getAttributeNames());
    expect(attributes.filter((name) => name.startsWith('on'))).toEqual([]);
  });

  it('leaves no placeholder unfilled', async () => {
    const document = await openSample(page);
    expect(readText(document)).not.toMatch(/[{}]/);
    expect([...document.querySelectorAll('bdi')].map((name) => name.textContent)).not.toContain('');
  });
});

describe('the forms', () => {
  it.each([CONFIRM, CONTINUE, CHOOSE_ACCOUNT])('post what they are given ($kind)', async (page) => {
    const form = formOf(await openSample(page));
    expect(form?.method).toBe('post');
    expect(form?.getAttribute('action')).toBe(page.form.action);
    const hidden = [...(form?.querySelectorAll<HTMLInputElement>('input[type=hidden]') ?? [])];
    expect(Object.fromEntries(hidden.map(({ name, value }) => [name, value]))).toEqual(page.form.fields);
  });

  it('lets the person choose an account, and chooses none beforehand', async () => {
    const form = formOf(await openSample(CHOOSE_ACCOUNT));
    const radios = [...(form?.querySelectorAll<HTMLInputElement>('fieldset input[type=radio]') ?? [])];
    expect(radios.map(({ name, value, checked, required }) => ({ name, value, checked, required }))).toEqual(
      CHOOSE_ACCOUNT.accounts.map(({ id }) => ({
        name: 'account_id',
        value: id,
        checked: false,
        required: true,
      })),
    );
    expect(form?.checkValidity()).toBe(false);
    radios[1]?.click();
    expect(form?.checkValidity()).toBe(true);
  });
});

describe('an error page', () => {
  it.each(PROBLEMS)('has exactly one thing to do, and a small error id (%s)', async (problem) => {
    const document = await openSample(errorPage(problem));
    const operable = [...document.querySelectorAll('a, button, input')];
    expect(operable.map((element) => element.getAttribute('href'))).toEqual(['https://tuvens.com/']);
    expect(operable[0]?.textContent).toMatch(/ Tuvens$/);
    expect(document.querySelector('.quiet')?.textContent).toBe('Error id: e7c0a1');
  });

  it('says nothing of the code: six reasons look alike', async () => {
    const bodies = await Promise.all(
      (['token_used', 'token_revoked', 'target_mismatch'] as const).map(async (code) => {
        const document = await openSample({ ...errorPage('refused'), code });
        return document.body.innerHTML;
      }),
    );
    expect(new Set(bodies).size).toBe(1);
  });

  it('offers a new link at the app that the person came from', async () => {
    const document = await openSample(errorPage('expired'));
    expect(document.querySelector('a.button')?.textContent).toBe('Get a new link at Tuvens');
  });
});
