import { createBrowser } from '../../src/index.js';
import type { Browser } from '../../src/index.js';
import { playSite } from './played-site.js';
import type { PlayedSite, Received } from './played-site.js';

const A = 'https://tuvens.com';
const B = 'https://hi.events';
const REDIRECT = /\/(30[12378])\?to=(.*)$/;

let site: PlayedSite;
let browser: Browser;
let html: string;
let headers: Record<string, string>;
beforeAll(async () => {
  site = await playSite(({ url }, response) => {
    const [, status, to = ''] = REDIRECT.exec(url) ?? [];
    if (status !== undefined) response.writeHead(Number(status), { location: decodeURIComponent(to) }).end();
    else response.writeHead(200, headers).end(html);
  });
});
afterAll(() => {
  site.close();
});
beforeEach(() => {
  html = '<p>Hello</p>';
  headers = {};
  site.received.length = 0;
  browser = newBrowser();
});

function newBrowser(withScripts = false): Browser {
  const to = site.address;
  const resolve = { [A]: to, [B]: to, 'https://evil.example': to, 'http://plain.test': to };
  return createBrowser({ resolve, withScripts });
}

const redirect = (status: number, to: string): string => `/${status}?to=${encodeURIComponent(to)}`;

function form(action: string, fields = '<input type="hidden" name="a" value="1">'): string {
  return `<form method="post" action="${action}">${fields}<button name="go" value="yes">Go</button></form>`;
}

function metadata({ headers: found }: Received): unknown[] {
  return ['site', 'mode', 'dest', 'user'].map((name) => found[`sec-fetch-${name}`]);
}

describe('a browser says where a request comes from', () => {
  it('is typed', async () => {
    await browser.open(`${B}/`);
    expect(metadata(site.last())).toEqual(['none', 'navigate', 'document', '?1']);
    expect(site.last().headers).not.toHaveProperty('origin');
    expect(site.last().headers).not.toHaveProperty('referer');
  });

  it('is a link of another site', async () => {
    browser.show(`${A}/secret?token=1`, '');
    await browser.follow(`${B}/`);
    expect(metadata(site.last())).toEqual(['cross-site', 'navigate', 'document', '?1']);
    expect(site.last().headers.referer).toBe(`${A}/`);
  });

  it('is a form of another site', async () => {
    browser.show(`${A}/page`, form(`${B}/landing`));
    await browser.submit();
    const { method, headers: found, body } = site.last();
    expect(method).toBe('POST');
    expect(body).toBe('a=1&go=yes');
    expect(found).toMatchObject({
      origin: A,
      'content-type': 'application/x-www-form-urlencoded',
      'sec-fetch-site': 'cross-site',
    });
  });

  it('is the same origin', async () => {
    await browser.open(`${B}/one?x=1`);
    await browser.follow('/two');
    expect(site.last().headers).toMatchObject({ 'sec-fetch-site': 'same-origin', referer: `${B}/one?x=1` });
  });

  it('hides its origin where the page has no-referrer', async () => {
    browser.show(`${A}/page`, form(`${B}/landing`), { 'referrer-policy': 'no-referrer' });
    await browser.submit();
    expect(site.last().headers.origin).toBe('null');
    expect(site.last().headers).not.toHaveProperty('referer');
  });

  it('keeps saying cross-site when another site sends it back', async () => {
    browser.show(`${B}/page`, '');
    await browser.follow(`${A}${redirect(302, `${B}/landing`)}`);
    expect(site.last().headers['sec-fetch-site']).toBe('cross-site');
  });

  it('says nothing of it over plain http elsewhere than on loopback', async () => {
    await browser.open('http://plain.test/');
    expect(metadata(site.last())).toEqual([undefined, undefined, undefined, undefined]);
    await browser.open(`http://a.localhost:${new URL(site.address).port}/`);
    expect(metadata(site.last())).toEqual(['none', 'navigate', 'document', '?1']);
  });
});

describe('a browser follows redirects', () => {
  it.each([
    [301, 'GET', ''],
    [302, 'GET', ''],
    [303, 'GET', ''],
    [307, 'POST', 'a=1&go=yes'],
    [308, 'POST', 'a=1&go=yes'],
  ])('after %i a POST goes on as %s', async (status, method, body) => {
    browser.show(`${B}/page`, form(redirect(status, '/next')));
    const page = await browser.submit();
    expect(page.url).toBe(`${B}/next`);
    expect(site.last()).toMatchObject({ method, body });
  });

  it('hides the origin of a post that another origin has passed on', async () => {
    browser.show(`${B}/page`, form(`${A}${redirect(307, `${B}/landing`)}`));
    await browser.submit();
    expect(site.last().headers.origin).toBe('null');
  });

  it('stops where it is told to, and goes on', async () => {
    const stopBefore = ({ pathname }: URL): boolean => pathname === '/landing';
    const page = await browser.open(`${A}${redirect(303, `${B}/landing?x=1`)}`, { stopBefore });
    expect(page.stoppedAt).toBe(`${B}/landing?x=1`);
    expect(site.received).toHaveLength(1);
    expect(await browser.goOn()).toMatchObject({ url: `${B}/landing?x=1`, stoppedAt: null });
  });

  it('gives up in a circle', async () => {
    html = '';
    headers = {};
    const page = await browser.open(`${A}${redirect(302, redirect(302, `${A}/x`))}`);
    expect(page.failure).toBeNull();
    const circle = await playSite((_received, response) => response.writeHead(302, { location: '/' }).end());
    const lost = await createBrowser({ resolve: { [A]: circle.address } }).open(`${A}/`);
    circle.close();
    expect(lost.failure).toBe('too-many-redirects');
  });

  it('reaches nobody outside', async () => {
    const page = await browser.open(`${A}${redirect(302, 'https://example.com/?secret')}`);
    expect(page).toMatchObject({ url: 'https://example.com/?secret', status: 0, failure: 'unreachable' });
  });
});

it('a browser shows nothing where the server hangs up', async () => {
  const rude = await playSite((_received, response) => response.destroy());
  const page = await createBrowser({ resolve: { [B]: rude.address } }).open(`${B}/`);
  rude.close();
  expect(page).toMatchObject({ status: 0, failure: 'unreachable', text: '' });
});

describe('a browser repeats', () => {
  it('the last request on reload, with its body and origin', async () => {
    browser.show(`${A}/page`, form(`${B}/landing`));
    await browser.submit();
    await browser.reload();
    expect(site.received.map(({ method, body }) => [method, body])).toEqual([
      ['POST', 'a=1&go=yes'],
      ['POST', 'a=1&go=yes'],
    ]);
    expect(site.last().headers).toMatchObject({ origin: A, 'cache-control': 'max-age=0' });
  });

  it('the page before on the way back', async () => {
    await browser.open(`${B}/one`);
    await browser.follow('/two');
    expect((await browser.back()).url).toBe(`${B}/one`);
    expect(site.received).toHaveLength(3);
    await expect(browser.back()).rejects.toThrow(TypeError);
  });
});

describe('a browser reads pages', () => {
  it('with their forms and links', async () => {
    html = `<h1>Who &amp; where</h1><a href="/next">Next</a><script>ignored()</script>
      <form method="post" action="go?x=1"><input name="q" value="a&quot;b"><input type="checkbox" name="c">
      <select name="s"><option value="1">One</option><option value="2" selected>Two</option></select><textarea name="t">T</textarea></form>`;
    const page = await browser.open(`${B}/dir/page`);
    expect(page.text).toContain('Who & where Next');
    expect(page.links).toEqual([`${B}/next`]);
    expect(page.forms).toEqual([
      { action: `${B}/dir/go?x=1`, method: 'post', fields: { q: 'a"b', s: '2', t: 'T' } },
    ]);
    await browser.submit(undefined, { q: 'changed', s: null });
    expect(site.last().body).toBe('q=changed&t=T');
  });

  it('and sends a GET form in the query', async () => {
    browser.show(`${B}/page`, '<form action="/search?old=1"><input name="q" value="x y"></form>');
    expect((await browser.submit()).url).toBe(`${B}/search?q=x+y`);
  });

  it('and says that a page has no form', async () => {
    await browser.open(`${B}/?secret=1`);
    await expect(browser.submit()).rejects.toThrow(/^https:\/\/hi.events\/ has no form/);
  });

  it('and keeps a form from where form-action does not let it go, redirects included', async () => {
    const policy = { 'content-security-policy': `form-action 'self' ${B}` };
    browser.show(`${A}/page`, form('https://evil.example/'), policy);
    expect((await browser.submit()).failure).toBe('blocked');
    browser.show(`${A}/page`, form(`${B}${redirect(303, 'https://evil.example/')}`), policy);
    expect((await browser.submit()).failure).toBe('blocked');
    expect(site.received).toHaveLength(1);
  });
});

describe('a browser with scripts', () => {
  const script = '<script nonce="n">document.forms[0].submit()</script>';

  it('submits at once what a script submits, and puts that in its place', async () => {
    browser = newBrowser(true);
    await browser.open(`${B}/first`);
    browser.show(`${A}/link`, '');
    html = form(`${B}${redirect(303, '/done')}`) + script;
    headers = { 'content-security-policy': "default-src 'none'; script-src 'nonce-n'" };
    const page = await browser.follow(`${A}/continue`);
    expect(page.requests.map(({ method }) => method).slice(0, 3)).toEqual(['GET', 'POST', 'GET']);
    expect(page.requests[1]?.headers).toMatchObject({ origin: A, 'sec-fetch-site': 'cross-site' });
    expect(page.requests[1]?.headers).not.toHaveProperty('sec-fetch-user');
    expect((await browser.back()).url).toBe(`${A}/link`);
  });

  it.each([
    ['without scripts', false, "script-src 'nonce-n'"],
    ['whose page has another nonce', true, "script-src 'nonce-other'"],
    ['whose page lets no script run', true, "default-src 'none'"],
  ])('%s waits for the button', async (_what, withScripts, policy) => {
    html = form(`${B}/landing`) + script;
    headers = { 'content-security-policy': policy };
    await newBrowser(withScripts).open(`${A}/continue`);
    expect(site.received).toHaveLength(1);
  });
});

describe('a browser is read over the shoulder', () => {
  const token = `handoff_${'A'.repeat(56)}`;

  it('where a URL has the token, also one that it was sent to and has not opened', async () => {
    const landing = `${B}/landing?session_token=${token}`;
    await browser.open(`${A}${redirect(303, landing)}`, { stopBefore: () => true });
    expect(browser.steal()).toEqual({ token, url: landing });
  });

  it('where a body has it', async () => {
    browser.show(`${A}/page`, form(`${B}/landing`, `<input name="session_token" value="${token}">`));
    await browser.submit();
    expect(browser.steal()).toEqual({ token, url: null });
    expect(newBrowser().steal()).toBeNull();
  });
});

it.each(['hi.events', 'https://hi.events/', 'ftp://hi.events', 'https://hi.events/path'])(
  'a browser is not told where %s is',
  (origin) => {
    expect(() => createBrowser({ resolve: { [origin]: 'http://127.0.0.1:1' } })).toThrow(TypeError);
  },
);
