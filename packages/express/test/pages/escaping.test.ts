import type { CrossAppPage } from '../../src/index.js';
import { CHOOSE_ACCOUNT, CONFIRM, CONTINUE, errorPage, SWITCH } from './sample-pages.js';
import { openSample, sendSample } from './send-sample.js';

const HOSTILE = [
  `"><img src=x onerror=alert(1)>`,
  `'><script>alert(1)</script>`,
  `</title></style></script><script>alert(1)</script>`,
  `</bdi></h1><h1>Signed in</h1>`,
  `" autofocus onfocus=alert(1) x="`,
  `&lt;b&gt; &amp; &#39; &quot;`,
  `{person} {{app}} \${1} $& $1`,
  `<!-- `,
  `]]>`,
];

/** Every page with the value in every place that takes text. */
function hostilePages(value: string): CrossAppPage[] {
  const person = { name: value, email: value };
  const fields = { [value]: value };
  const form = { action: '/auth/cross-app/continue', fields };
  const asked = { source: value, target: value, person, account: value, form, cancelUrl: '/' };
  return [
    { ...CONFIRM, ...asked },
    { ...CONFIRM, ...asked, person: { name: '', email: value } },
    { ...SWITCH, ...asked, current: person },
    { ...CONTINUE, target: value, form },
    { ...CHOOSE_ACCOUNT, target: value, person, accounts: [{ id: value, name: value }], form },
    { ...errorPage('refused'), errorId: value, next: { url: '/', app: value } },
  ];
}

/** The elements of the page, and the names of their attributes: what a value must not be able to change. */
function shapeOf(document: Document): string[] {
  const elements = [...document.querySelectorAll('*')];
  return elements.map((element) => [element.localName, ...element.getAttributeNames()].join(' '));
}

describe.each(HOSTILE)('with %j in every value', (value) => {
  it('every page has the elements and attributes that it has with a harmless one', async () => {
    const harmless = hostilePages('harmless');
    for (const [index, page] of hostilePages(value).entries()) {
      const expected = harmless[index];
      if (expected === undefined) throw new TypeError('the same pages are made of every value');
      expect(shapeOf(await openSample(page))).toEqual(shapeOf(await openSample(expected)));
    }
  });

  it('every page shows it unchanged', async () => {
    for (const page of hostilePages(value)) {
      expect((await openSample(page)).body.textContent).toContain(value);
    }
  });

  it('every form posts it unchanged', async () => {
    for (const page of hostilePages(value).filter((each) => 'form' in each)) {
      const [field] = (await openSample(page)).querySelectorAll<HTMLInputElement>('input[type=hidden]');
      expect([field?.name, field?.value]).toEqual([value, value]);
    }
  });
});

it('keeps a name with direction marks from turning the sentence, and out of the title', async () => {
  const name = '\u202ereversed';
  const document = await openSample({ ...CONFIRM, target: name });
  expect(document.querySelector('h1 bdi')?.textContent).toBe(name);
  expect(document.title).toBe('Continue to reversed?');
});

describe.each([
  'javascript:alert(1)',
  ' javascript:alert(1)',
  'java\nscript:alert(1)',
  'JavaScript:alert(1)',
  'data:text/html,<script>alert(1)</script>',
  'vbscript:x',
  'blob:https://hi.events/1',
  'file:///etc/passwd',
  '//evil.example/',
  '/\\evil.example/',
  '\\\\evil.example',
  '/\t/evil.example',
  '/.//evil.example',
  'https:evil.example',
  'https:///evil.example',
  'https://hi.events@evil.example/',
  'https://',
  'evil',
  '?a=b',
  '',
])('the address %j', (url) => {
  it.each<[string, CrossAppPage]>([
    ['a form', { ...CONTINUE, form: { action: url, fields: {} } }],
    ['an account form', { ...CHOOSE_ACCOUNT, form: { action: url, fields: {} } }],
    ['No', { ...CONFIRM, cancelUrl: url }],
    ['the one thing to do', { ...errorPage('refused'), next: { url, app: 'Tuvens' } }],
  ])('is not taken for %s', async (_name, page) => {
    const { status, text } = await sendSample({ page });
    expect(status).toBe(500);
    expect(text).toContain('must be an http(s) address or a path that begins with one slash');
    expect(text).not.toContain('<form');
  });
});

it('writes addresses as browsers read them', async () => {
  const document = await openSample({ ...CONFIRM, cancelUrl: '/a b?c="d"' });
  expect(document.querySelector('a')?.getAttribute('href')).toBe('/a%20b?c=%22d%22');
});
