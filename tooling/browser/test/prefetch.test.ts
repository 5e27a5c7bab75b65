import { setTimeout } from 'node:timers/promises';
import { canRunInChromium } from '@cross-app/chromium';
import type { Page } from 'playwright-core';
import { link } from './stage/html.js';
import { arrive, follow, heading, press, who } from './stage/person.js';
import { openStage } from './stage/stage.js';
import type { Stage } from './stage/stage.js';

const inChromium = canRunInChromium('what browsers load ahead is') ? describe : describe.skip;

inChromium('a link that the browser loads ahead', () => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await openStage();
  });

  beforeEach(() => stage.reset());

  afterAll(() => stage.close());

  const makeLink = async (): Promise<string> => {
    const { token } = await stage.sessions.issue({ userId: 1, targetApp: 'hi-events' });
    return `${stage.landing}?session_token=${token}&source=tuvens&callback_url=/events`;
  };
  const rules = (kind: 'prefetch' | 'prerender', url: string): string => {
    const rule = { [kind]: [{ source: 'list', urls: [url], eagerness: 'immediate' }] };
    return `<script type="speculationrules">${JSON.stringify(rule)}</script>`;
  };

  /** Waits until the browser has asked for it, and not because a person wanted it. */
  async function expectAskedAhead(url: string): Promise<void> {
    const isAhead = ({ url: asked, headers }: Stage['received'][number]): boolean =>
      asked === url && String(headers['sec-purpose']).includes('prefetch');
    const deadline = Date.now() + 20_000;
    while (!stage.received.some(isAhead) && Date.now() < deadline) await setTimeout(20);
    expect(
      stage.received.filter(({ url: asked }) => asked === url).map(({ headers }) => headers['sec-purpose']),
    ).toEqual([expect.stringContaining('prefetch')]);
  }

  async function expectItWorks(page: Page): Promise<void> {
    expect(await stage.count()).toEqual({ all: 1, used: 0 });
    expect(await page.context().cookies(stage.hiEvents)).toEqual([]);
    await follow(page, 'Go');
    expect(await heading(page)).toBe('Continue to Hi.Events?');
    await press(page, 'Continue as Ada');
    await arrive(stage, page);
    expect(await who(page)).toBe('Ada Lovelace');
  }

  it('is not used up by <link rel=prefetch>, and works when a person follows it', async () => {
    const url = await makeLink();
    const page = await stage.visitor();
    stage.showEvil(`<link rel="prefetch" href="${url}">`, link(url, 'Go'));
    await page.goto(stage.evil);
    await expectAskedAhead(url);
    await expectItWorks(page);
  });

  it('is not used up by a prefetch of speculation rules, and works when a person follows it', async () => {
    const url = await makeLink();
    const page = await stage.visitor();
    stage.showEvil(rules('prefetch', url), link(url, 'Go'));
    await page.goto(stage.evil);
    await expectAskedAhead(url);
    await expectItWorks(page);
  });

  it('is not used up by a prerender of a page of the same site, and works when a person follows it', async () => {
    const url = await makeLink();
    const page = await stage.visitor();
    await page.goto(stage.hiEvents);
    const html = rules('prerender', url).replace(/<.+?>|<\/script>/g, '');
    await page.evaluate(
      ([rule, target]) => {
        const script = document.createElement('script');
        script.type = 'speculationrules';
        script.text = rule;
        const anchor = Object.assign(document.createElement('a'), { href: target, textContent: 'Go' });
        document.body.append(anchor, script);
      },
      [html, url] as const,
    );
    await expectAskedAhead(url);
    await expectItWorks(page);
  });

  it('begins no flow at either app', async () => {
    const start = `${stage.landing}/start?return_to=/events`;
    const page = await stage.visitor();
    stage.showEvil(`<link rel="prefetch" href="${start}">`, link(start, 'Go'));
    await page.goto(stage.evil);
    await expectAskedAhead(start);
    expect(await page.context().cookies(stage.hiEvents)).toEqual([]);
    await follow(page, 'Go');
    await press(page, 'I am Ada');
    await arrive(stage, page);
    expect(await who(page)).toBe('Ada Lovelace');
  });
});
