import { createBrowser } from '../../src/index.js';
import type { Browser } from '../../src/index.js';
import { playSite } from './played-site.js';
import type { PlayedSite } from './played-site.js';

const B = 'https://hi.events';
const ALL = [
  '__Host-id=1; Secure; Path=/; HttpOnly; SameSite=Lax',
  'strict=1; SameSite=Strict',
  'lax=1; SameSite=Lax',
  'none=1; SameSite=None; Secure',
  'unsaid=1',
];

let site: PlayedSite;
let setCookies: string[];
let browser: Browser;
beforeAll(async () => {
  site = await playSite(({ url }, response) => {
    if (url.endsWith('/set')) response.setHeader('set-cookie', setCookies);
    response.end('<form method="post" action="/post"></form>');
  });
});
afterAll(() => {
  site.close();
});
beforeEach(() => {
  setCookies = ALL;
  const to = site.address;
  browser = createBrowser({
    resolve: {
      [B]: to,
      'http://hi.events': to,
      'https://evil.example': to,
      'https://shop.hi.events': to,
      'http://plain.test': to,
      'http://trusted.test': { to, trustworthy: true },
    },
  });
});

function sent(): string[] {
  const cookie = site.last().headers.cookie ?? '';
  return cookie
    .split('; ')
    .map((pair) => pair.split('=')[0] ?? '')
    .filter((name) => name !== '')
    .sort();
}

const everyName = ['__Host-id', 'lax', 'none', 'strict', 'unsaid'];

describe('the cookies of a browser', () => {
  beforeEach(() => browser.open(`${B}/set`));

  it('all go along where the address is typed, or the page is of the same site', async () => {
    await browser.open(`${B}/`);
    expect(sent()).toEqual(everyName);
    browser.show('https://shop.hi.events/', '');
    await browser.follow(`${B}/`);
    expect(sent()).toEqual(everyName);
  });

  it('that are Strict stay behind when a link of another site is followed', async () => {
    browser.show('https://evil.example/', '');
    await browser.follow(`${B}/`);
    expect(sent()).toEqual(['__Host-id', 'lax', 'none', 'unsaid']);
  });

  it('that are Lax stay behind when another site posts a form, unlike those that say nothing', async () => {
    browser.show('https://evil.example/', `<form method="post" action="${B}/post"></form>`);
    await browser.submit();
    expect(sent()).toEqual(['none', 'unsaid']);
  });

  it.each(['iframe', 'image'] as const)(
    'in an %s of another site are those with SameSite=None',
    async (destination) => {
      browser.show('https://evil.example/', '');
      await browser.follow(`${B}/`, { destination });
      expect(sent()).toEqual(['none']);
    },
  );

  it('take http for another site', async () => {
    browser.show('http://hi.events/', '');
    await browser.follow(`${B}/`);
    expect(sent()).not.toContain('strict');
  });

  it('are shared by the tabs of a browser, and by no other browser', async () => {
    await browser.tab().open(`${B}/`);
    expect(sent()).toEqual(everyName);
    await createBrowser({ resolve: { [B]: site.address } }).open(`${B}/`);
    expect(sent()).toEqual([]);
  });

  it('are not those of a subdomain', async () => {
    await browser.open('https://shop.hi.events/');
    expect(sent()).toEqual([]);
  });
});

describe('a browser that is given cookies', () => {
  it('takes Secure ones over https, or where http is declared trustworthy', async () => {
    const { requests } = await browser.open('http://plain.test/set');
    expect(requests[0]?.cookiesSet).toEqual(['strict', 'lax', 'unsaid']);
    await browser.open('http://trusted.test/set');
    await browser.open('http://trusted.test/');
    expect(sent()).toEqual(everyName);
  });

  it('takes Secure without a prefix from http on loopback', async () => {
    await browser.open(`http://localhost:${new URL(site.address).port}/set`);
    const given = await browser.cookies('http://localhost/');
    expect(Object.keys(given).sort()).toEqual(['lax', 'none', 'strict', 'unsaid']);
  });

  it.each(['__Host-a=1; Path=/', '__Host-a=1; Secure', '__Host-a=1; Secure; Path=/; Domain=hi.events'])(
    'refuses %s',
    async (line) => {
      setCookies = [line];
      const { requests } = await browser.open(`${B}/set`);
      expect(requests[0]?.cookiesSet).toEqual([]);
    },
  );

  it('takes only SameSite=None in a frame of another site', async () => {
    browser.show('https://evil.example/', '');
    await browser.follow(`${B}/set`, { destination: 'iframe' });
    expect(Object.keys(await browser.cookies(B))).toEqual(['none']);
  });

  it('forgets one that has ended', async () => {
    await browser.open(`${B}/set`);
    setCookies = ['lax=; Max-Age=0; SameSite=Lax'];
    await browser.open(`${B}/set`);
    expect(Object.keys(await browser.cookies(B))).not.toContain('lax');
  });
});
