import type { ServerResponse } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { canRunInChromium } from '@cross-app/chromium';
import type { Page } from 'playwright-core';
import { arrive, follow, goBack, goForward, heading, logIn, press, who } from './stage/person.js';
import { openStage } from './stage/stage.js';
import type { Stage } from './stage/stage.js';
import { landingUrl } from './stage/traces.js';
import { FLOWS, setOut, signIn } from './stage/travel.js';
import { passAll } from './stage/web.js';

const inChromium = canRunInChromium('reload, back and double click are') ? describe : describe.skip;
const CACHE = { without: ['--disable-back-forward-cache'] };

inChromium.each([
  ['from its memory of pages', CACHE],
  ['from the server', {}],
])('where the browser shows pages again %s', (_what, options) => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await openStage(options);
  });

  beforeEach(() => stage.reset());

  afterAll(() => stage.close());

  it.each(FLOWS)('reload, back and forward leave a person signed in (%s)', async (flow) => {
    const page = await signIn(stage, flow);
    await page.reload();
    expect(await who(page)).toBe('Ada Lovelace');
    await goBack(page);
    await goForward(page);
    await arrive(stage, page);
    expect(await who(page)).toBe('Ada Lovelace');
    expect(await stage.count()).toEqual({ all: 1, used: 1 });
  });

  it.each(FLOWS)('going back after a sign-out signs nobody in again (%s)', async (flow) => {
    const page = await signIn(stage, flow);
    await press(page, 'Sign out');
    await arrive(stage, page, '/');
    await goBackToTuvens(page);
    await page.goto(stage.hiEvents);
    expect(await who(page)).toBe('nobody');
    expect(await stage.count()).toMatchObject({ used: 1 });
  });

  it('goes on from the page that sends the form, when it is shown again', async () => {
    const page = await signIn(stage, 'form');
    await goBackToTuvens(page);
    await press(page, 'Go to Hi.Events');
    await arrive(stage, page);
    expect(await who(page)).toBe('Ada Lovelace');
  });

  // As often as it takes: each page on the way must let go of the person.
  async function goBackToTuvens(page: Page): Promise<void> {
    for (let steps = 0; steps < 6 && page.url() !== `${stage.tuvens}/`; steps += 1) await goBack(page);
    expect(page.url()).toBe(`${stage.tuvens}/`);
  }
});

/** Whatever the app answers, the browser gets this. */
function answerBadGateway(res: ServerResponse): void {
  const [writeHead, end] = [res.writeHead.bind(res), res.end.bind(res)];
  res.writeHead = () => {
    for (const name of res.getHeaderNames()) res.removeHeader(name);
    return writeHead(502, { 'Content-Type': 'text/html' });
  };
  res.write = () => true;
  res.end = () => end('<h1>Bad gateway</h1>');
}

inChromium('what is done twice', () => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await openStage();
  });

  beforeEach(() => stage.reset());

  afterAll(() => stage.close());

  it('signs in once for two clicks that both send the form', async () => {
    const page = await stage.visitor();
    await logIn(stage, page);
    await setOut(page, 'link');
    const held: (() => void)[] = [];
    stage.meddle(({ method, url }, _res, pass) => {
      if (method !== 'POST' || !url.endsWith('/continue')) pass();
      else if (held.push(pass) === 2) for (const each of held) each();
    });
    const { x = 0, y = 0 } = (await page.getByRole('button', { name: 'Continue as' }).boundingBox()) ?? {};
    await page.mouse.click(x + 5, y + 5);
    while (held.length < 1) await setTimeout(10);
    await page.mouse.click(x + 5, y + 5);
    await arrive(stage, page);
    expect(held).toHaveLength(2);
    expect(await who(page)).toBe('Ada Lovelace');
    expect(await stage.count()).toEqual({ all: 1, used: 1 });
  });

  it('signs in once for a double click', async () => {
    const page = await stage.visitor();
    await logIn(stage, page);
    await setOut(page, 'link');
    await page.getByRole('button', { name: 'Continue as' }).dblclick();
    await arrive(stage, page);
    expect(await who(page)).toBe('Ada Lovelace');
    expect(await stage.count()).toEqual({ all: 1, used: 1 });
  });

  it.each(FLOWS)('signs in with a reload when the answer was lost on its way (%s)', async (flow) => {
    const page = await stage.visitor();
    await logIn(stage, page);
    loseOneAnswer(flow === 'bound' ? `${stage.landing}?session_token=` : `${stage.landing}/continue`);
    await setOut(page, flow);
    if (flow === 'link') await press(page, 'Continue as');
    await page.getByRole('heading', { name: 'Bad gateway' }).waitFor();
    expect(await stage.count()).toEqual({ all: 1, used: 1 });
    await page.reload();
    await arrive(stage, page);
    expect(await who(page)).toBe('Ada Lovelace');
  });

  /** The app has done its work, and the browser hears nothing of it, no cookie either. */
  function loseOneAnswer(start: string): void {
    stage.meddle(({ url }, res, pass) => {
      if (url.startsWith(start)) {
        answerBadGateway(res);
        stage.meddle(passAll);
      }
      pass();
    });
  }

  it('tells who opens a used link after a sign-out that it was used', async () => {
    const page = await signIn(stage, 'link');
    const link = landingUrl(stage);
    await page.goto(link);
    expect(page.url()).toBe(`${stage.hiEvents}/events`);
    await press(page, 'Sign out');
    await arrive(stage, page, '/');
    await page.goto(link);
    expect(await heading(page)).toBe('You have used this link already');
    await page.goto(stage.hiEvents);
    expect(await who(page)).toBe('nobody');
  });

  it('brings two tabs on that land at the same time', async () => {
    const page = await signIn(stage, 'bound');
    const other = await page.context().newPage();
    const tabs = [page, other];
    await Promise.all(tabs.map((tab) => tab.goto(stage.tuvens)));
    await Promise.all(tabs.map((tab) => follow(tab, 'Add ticketing')));
    for (const tab of tabs) {
      await arrive(stage, tab);
      await tab.reload();
      expect(await who(tab)).toBe('Ada Lovelace');
    }
    expect(await stage.count()).toEqual({ all: 3, used: 3 });
  });

  // Each gets a secret of its own, and the cookie of the first is gone when it comes back.
  it.failing(
    'brings two tabs on that begin at the same time in a browser that has never been here',
    async () => {
      const page = await stage.visitor();
      await logIn(stage, page);
      const other = await page.context().newPage();
      const held: (() => void)[] = [];
      stage.meddle(({ url }, _res, pass) => {
        if (!url.startsWith(`${stage.landing}/start`)) pass();
        else if (held.push(pass) === 2) for (const each of held) each();
      });
      const tabs = [page, other];
      // Chromium asks for one URL only once at a time.
      await Promise.all(
        tabs.map((tab, index) => tab.goto(`${stage.landing}/start?return_to=/?tab=${index}`)),
      );
      const headings = await Promise.all(tabs.map((tab) => heading(tab)));
      expect(headings).toEqual(['Hi.Events', 'Hi.Events']);
    },
  );
});
