import { parse } from 'node-html-parser';
import {
  arrive,
  formTo,
  postJson,
  requestHandoff,
  signInAtTuvens,
  startTestDemo,
  tokenIn,
} from './test-demo.js';
import type { TestDemo } from './test-demo.js';

interface DrawnStep {
  readonly lanes: string;
  readonly words: string;
}

interface DrawnStory {
  readonly title: string;
  readonly steps: readonly DrawnStep[];
}

function textOf(element: { readonly structuredText: string } | null): string {
  return element?.structuredText.replaceAll(/\s+/g, ' ').trim() ?? '';
}

async function storiesAt(url: string): Promise<DrawnStory[]> {
  const page = parse(await (await fetch(`${url}/what-happened`)).text());
  return page.querySelectorAll('section').map((section) => ({
    title: textOf(section.querySelector('h2')).replace(/ [\d:]+ UTC$/, ''),
    steps: section.querySelectorAll('li').map((step) => ({
      lanes: step.querySelector('.arrow')?.classNames.replace('arrow ', '') ?? '',
      words: textOf(step.querySelector('.words')),
    })),
  }));
}

/** The newest story of this title, once it has as many steps: the other app may still be writing. */
async function storyAt(url: string, title: string, steps: number): Promise<DrawnStory> {
  for (let attempt = 0; ; attempt += 1) {
    const story = (await storiesAt(url)).find((each) => each.title === title);
    if (story !== undefined && (story.steps.length >= steps || attempt === 100)) return story;
    if (attempt === 100) throw new TypeError(`no story ${title}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe.each(['database', 'http'] as const)('what happened, when Hi.Events redeems by %s', (redeem) => {
  let demo: TestDemo;

  beforeAll(async () => {
    demo = await startTestDemo({ redeem });
  });

  afterAll(async () => {
    await demo.stop();
  });

  it('is nothing at first, and looking at it changes that not', async () => {
    for (const url of [demo.tuvensUrl, demo.hiEventsUrl]) {
      await fetch(`${url}/style.css`);
      await fetch(`${url}/what-happened`);
      expect(await storiesAt(url)).toEqual([]);
    }
  });

  it('draws a handoff as a sequence, in the order in which it happened, at both apps alike', async () => {
    const { browser, form } = await requestHandoff(demo, '2');
    await arrive(browser, form);
    const title = 'Add ticketing: a token in a form';
    const redeemed =
      redeem === 'database' ? ['hi-events-postgresql'] : ['hi-events-tuvens', 'tuvens-postgresql'];
    const expected = [
      ...['browser-tuvens', 'tuvens-postgresql', 'browser-hi-events', 'browser-hi-events'],
      ...redeemed,
      'browser-hi-events',
    ];
    const story = await storyAt(demo.tuvensUrl, title, expected.length);
    expect(story.steps.map(({ lanes }) => lanes)).toEqual(expected);
    expect(story.steps[0]?.words).toMatch(
      /^Browser → Tuvens POST \/add-ticketing answered: 200, [\d.]+ ms Tuvens issues a token/,
    );
    expect(await storyAt(demo.hiEventsUrl, title, expected.length)).toEqual(story);
  });

  it('tells one thing that somebody began from the next, the last one first', async () => {
    const { browser, home } = await signInAtTuvens(demo);
    await browser.submit(formTo(home, '/copy-link'));
    await storyAt(demo.tuvensUrl, 'Copy a link: a token in a URL', 2);
    const titles = (await storiesAt(demo.tuvensUrl)).map(({ title }) => title);
    expect(titles.slice(0, 2)).toEqual(['Copy a link: a token in a URL', 'Sign in at Tuvens']);
  });

  it('says why a token was refused, which the page of the person does not', async () => {
    const { browser, form } = await requestHandoff(demo);
    await arrive(browser, form);
    await postJson(
      `${demo.tuvensUrl}/api/cross-app/validate-session`,
      { session_token: tokenIn(form) },
      { 'x-shared-secret': demo.sharedSecret },
    );
    const words = async (): Promise<string> => JSON.stringify(await storiesAt(demo.tuvensUrl));
    for (let tries = 0; tries < 100 && !(await words()).includes('token_used'); tries += 1);
    expect(await words()).toMatch(/Hi\.Events → Tuvens POST \/api\/cross-app\/validate-session refused: 404/);
    expect(await words()).toMatch(/Tuvens → PostgreSQL redeem refused: token_used/);
  });

  it('never holds a token, nor what a parameter held', async () => {
    const { form } = await requestHandoff(demo);
    const token = tokenIn(form);
    const canary = encodeURIComponent('<img src=x onerror=alert(1)>canary');
    await fetch(
      `${demo.hiEventsUrl}/auth/cross-app?session_token=${token}&callback_url=${canary}&source=tuvens`,
    );
    await fetch(`${demo.hiEventsUrl}/nothing/${token}?${token}`);
    await storyAt(demo.hiEventsUrl, 'A link is opened', 2);
    const html = await (await fetch(`${demo.hiEventsUrl}/what-happened`)).text();
    expect(html).toContain('GET /auth/cross-app?session_token=…&amp;callback_url=…&amp;source=tuvens');
    const rows = JSON.stringify(await demo.knex('exchanges').select<unknown[]>());
    for (const kept of [html, rows]) {
      expect(kept).toContain('handoff_[redacted]');
      expect(kept).not.toContain(token.slice(0, 20));
      expect(kept).not.toContain('canary');
      expect(kept).not.toContain(demo.sharedSecret);
    }
  });

  it('is one click away from every page of both apps', async () => {
    const { browser, home } = await signInAtTuvens(demo);
    const pages = [
      home,
      await browser.open(`${demo.hiEventsUrl}/`),
      await browser.open(`${demo.tuvensUrl}/x`),
    ];
    for (const page of pages) expect(page.text).toContain('What just happened?');
  });

  it('runs no script, and loads nothing from elsewhere', async () => {
    const reply = await fetch(`${demo.tuvensUrl}/what-happened`);
    expect(reply.headers.get('content-security-policy')).toMatch(/^default-src 'none';style-src 'self';/);
    expect(reply.headers.get('cache-control')).toBe('no-store');
    expect(await reply.text()).not.toMatch(/<script|style=|https?:/);
  });
});

describe('the journal', () => {
  let demo: TestDemo;

  beforeAll(async () => {
    demo = await startTestDemo();
  });

  afterAll(async () => {
    await demo.stop();
  });

  it('keeps the last few hundred exchanges only', async () => {
    const row = { started_at: 0, exchange: '{}' };
    await demo.knex('exchanges').insert(Array.from({ length: 2_000 }, () => row));
    await requestHandoff(demo);
    const count = async (): Promise<number> => (await demo.knex('exchanges').select('id')).length;
    let kept = await count();
    for (let tries = 0; tries < 100 && kept > 500; tries += 1) kept = await count();
    expect(kept).toBe(500);
  });

  it('fails no handoff when it cannot be written', async () => {
    await demo.knex.schema.renameTable('exchanges', 'away');
    const { browser, form } = await requestHandoff(demo);
    const page = await arrive(browser, form);
    expect(page.text).toContain('Signed in as Demo Organizer');
    expect((await fetch(`${demo.tuvensUrl}/what-happened`)).status).toBe(500);
    await demo.knex.schema.renameTable('away', 'exchanges');
  });
});
