import { JSDOM } from 'jsdom';
import type { CrossAppPage, PageContext, PageOptions } from '../../src/index.js';
import { resolvePages } from '../../src/pages/options.js';
import { ENGLISH, PLACEHOLDERS } from '../../src/pages/texts.js';
import { placeholdersOf } from '../../src/pages/fill-text.js';
import { CHOOSE_ACCOUNT, CONFIRM, errorPage, SAMPLE_PAGES } from './sample-pages.js';
import { openSample, sendSample } from './send-sample.js';

describe('texts', () => {
  it('are replaced one by one, with their placeholders in another order', async () => {
    const document = await openSample(CONFIRM, {
      lang: 'de',
      texts: {
        'confirm.title': 'Weiter zu {target}?',
        'confirm.text': 'Als {person} kommen Sie von {source} zu {target}.',
        'person.with-email': '{email}, {name}',
      },
    });
    expect(document.documentElement.lang).toBe('de');
    expect(document.title).toBe('Weiter zu Hi.Events?');
    expect(document.querySelector('p')?.textContent).toBe(
      'Als test@example.com, Test User kommen Sie von Tuvens zu Hi.Events.',
    );
    expect(document.querySelector('button')?.textContent).toBe('Continue as Test User');
  });

  it('are plain text: HTML in them is shown', async () => {
    const document = await openSample(CONFIRM, { texts: { 'confirm.title': '<b>Go</b> & see' } });
    expect(document.querySelector('h1')?.textContent).toBe('<b>Go</b> & see');
  });

  it('stand each on some page', async () => {
    const marked = Object.fromEntries(Object.keys(ENGLISH).map((key) => [key, `<${key}>`]));
    const shown = await Promise.all(
      SAMPLE_PAGES.map(async ([, page]) => (await openSample(page, { texts: marked })).body.textContent),
    );
    const missing = Object.keys(ENGLISH).filter((key) => !shown.join().includes(`<${key}>`));
    // This one is part of a person, whom the marked texts do not name.
    expect(missing).toEqual(['person.with-email']);
  });

  it('use in English only the placeholders that they may use', () => {
    for (const [key, text] of Object.entries(ENGLISH)) {
      expect(() => resolvePages('test', { texts: { [key]: text } })).not.toThrow();
    }
    expect(Object.values(ENGLISH).flatMap(placeholdersOf)).not.toHaveLength(0);
  });

  it('may use every placeholder that is listed for their page', async () => {
    const groups = Object.entries(PLACEHOLDERS).filter(([group]) => group !== 'person');
    for (const [, page] of [
      ['', CONFIRM] as const,
      ['', CHOOSE_ACCOUNT] as const,
      ...SAMPLE_PAGES.slice(3, 4),
    ]) {
      const [, names = []] = groups.find(([group]) => group === page.kind) ?? [];
      const text = names.map((name) => `{${name}}`).join(' ');
      const document = await openSample(page, { texts: { [`${page.kind}.title`]: text } });
      expect([...document.querySelectorAll('h1 bdi')].map((value) => value.textContent)).not.toContain('');
      expect(document.querySelectorAll('h1 bdi')).toHaveLength(names.length);
    }
  });
});

describe('lang', () => {
  it.each([
    ['en', 'ltr'],
    ['pt-BR', 'ltr'],
    ['ar', 'rtl'],
    ['he', 'rtl'],
    ['fa-IR', 'rtl'],
    ['az-Arab', 'rtl'],
  ])('%s is written %s', async (lang, dir) => {
    const document = await openSample(CONFIRM, { lang });
    expect([document.documentElement.lang, document.documentElement.dir]).toEqual([lang, dir]);
  });
});

describe('render', () => {
  it('gets the page and what it needs, and its HTML is sent', async () => {
    const calls: [CrossAppPage, PageContext][] = [];
    const options: PageOptions = {
      lang: 'de',
      texts: { 'expired.title': 'Zu alt' },
      render(page, context) {
        calls.push([page, context]);
        return `<!doctype html><title>ä</title><script nonce="${context.nonce}">1</script>`;
      },
    };
    const response = await sendSample({ page: errorPage('expired'), pages: options });
    const [[page, context] = []] = calls;
    expect(page).toEqual(errorPage('expired'));
    expect(context).toMatchObject({ lang: 'de', texts: { ...ENGLISH, 'expired.title': 'Zu alt' } });
    expect(response.text).toBe(`<!doctype html><title>ä</title><script nonce="${context?.nonce}">1</script>`);
    expect(response.headers).toHaveProperty('content-length', String(Buffer.byteLength(response.text)));
    expect(response.headers).toHaveProperty(
      'content-security-policy',
      `default-src 'none'; style-src 'nonce-${context?.nonce}'; script-src 'nonce-${context?.nonce}'; ` +
        `form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
    );
  });

  it('may leave a page as it is, or change a part of it', async () => {
    const render = (page: CrossAppPage, { defaultHtml }: PageContext): string =>
      page.kind === 'error' ? defaultHtml.replace('<main>', '<main><p>Example Ltd.</p>') : defaultHtml;
    const { document } = new JSDOM((await sendSample({ page: CONFIRM, pages: { render } })).text).window;
    expect(document.title).toBe('Continue to Hi.Events?');
    const changed = await openSample(errorPage('expired'), { render });
    expect(changed.querySelector('p')?.textContent).toBe('Example Ltd.');
  });

  it('is called as a method of the options', async () => {
    const branded = {
      brand: 'Example Ltd.',
      render(): string {
        return `<title>${this.brand}</title>`;
      },
    };
    const options: PageOptions = Object.create(branded) as PageOptions;
    expect((await openSample(CONFIRM, options)).title).toBe('Example Ltd.');
  });

  it.each([undefined, 1, Promise.resolve('<p>')])('must give a string, not %p', async (html) => {
    const render = (): string => html as unknown as string;
    const { status, text } = await sendSample({ page: CONFIRM, pages: { render } });
    expect(status).toBe(500);
    expect(text).toContain('pages.render must give the HTML as a string');
  });

  it('sends nothing of the page when it throws', async () => {
    const render = (): string => {
      throw new RangeError('no such view');
    };
    const { status, text, headers } = await sendSample({ page: CONFIRM, pages: { render } });
    expect(status).toBe(500);
    expect(text).toContain('no such view');
    expect(headers).not.toHaveProperty('x-frame-options');
  });
});

describe('resolvePages', () => {
  it.each<[string, object, string]>([
    ['an unknown option', { text: {} }, 'test: pages has no option "text"; it takes texts, lang, render'],
    [
      'an unknown text',
      { texts: { 'confirm.titel': 'x' } },
      'test: pages.texts has no option "confirm.titel"; it takes person.with-email, confirm.title',
    ],
    [
      'an inherited name',
      { texts: JSON.parse('{"__proto__":"x"}') as object },
      'test: pages.texts has no option "__proto__"',
    ],
    [
      'a text that is none',
      { texts: { 'confirm.title': 1 } },
      'test: pages.texts["confirm.title"] must be a text',
    ],
    [
      'an empty text',
      { texts: { 'confirm.title': ' ' } },
      'test: pages.texts["confirm.title"] must be a text',
    ],
    [
      'an unknown placeholder',
      { texts: { 'confirm.title': 'To {taget}' } },
      'test: pages.texts["confirm.title"] has no {taget}; it may use {source}, {target}, {person}, {name}, {account}',
    ],
    [
      'a placeholder of another page',
      { texts: { 'expired.next': '{target}' } },
      'test: pages.texts["expired.next"] has no {target}; it may use {app}',
    ],
    ['no language', { lang: 'de_DE"' }, 'test: pages.lang must be a language tag such as en or pt-BR'],
    ['an empty language', { lang: '' }, 'test: pages.lang must be a language tag such as en or pt-BR'],
    [
      'a render that is none',
      { render: 'view' },
      'test: pages.render takes (page, { nonce, lang, texts, defaultHtml }) and gives HTML',
    ],
    ['texts that are none', { texts: 'de' }, 'test: pages.texts takes an object with person.with-email'],
  ])('refuses %s', (_name, options, message) => {
    const resolve = (): unknown => resolvePages('test', options);
    expect(resolve).toThrow(TypeError);
    expect(resolve).toThrow(message);
  });

  it('needs no options, and takes an undefined text for one that is not given', () => {
    expect(resolvePages('test', undefined)).toMatchObject({ lang: 'en', dir: 'ltr', texts: ENGLISH });
  });
});
