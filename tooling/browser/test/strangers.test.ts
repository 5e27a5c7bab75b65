import { canRunInChromium } from '@cross-app/chromium';
import type { Page } from 'playwright-core';
import { BOB } from './stage/database.js';
import { form } from './stage/html.js';
import { arrive, heading, logIn, press, who } from './stage/person.js';
import { openStage } from './stage/stage.js';
import type { Stage } from './stage/stage.js';
import { landingUrl } from './stage/traces.js';
import { FLOWS, setOut, signIn } from './stage/travel.js';
import { passAll } from './stage/web.js';

const inChromium = canRunInChromium('what strangers do with a stolen token is') ? describe : describe.skip;
const UNKNOWN_BROWSER = 'We could not recognise your browser';
const NOT_OURS = 'This does not come from an app that we know';

/** Where a browser was on its way back from Tuvens when the network answered in the place of Hi.Events. */
async function stealBoundUrl(stage: Stage, page: Page): Promise<string> {
  stage.meddle(({ url }, res, pass) => {
    if (!url.startsWith(`${stage.landing}?session_token=`)) pass();
    else res.writeHead(502, { 'Content-Type': 'text/html' }).end('<h1>Bad gateway</h1>');
  });
  await setOut(page, 'bound');
  await page.getByRole('heading', { name: 'Bad gateway' }).waitFor();
  stage.meddle(passAll);
  return page.url();
}

inChromium('a stranger', () => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await openStage();
  });

  beforeEach(() => stage.reset());

  afterAll(() => stage.close());

  async function expectNobody(page: Page): Promise<void> {
    await page.goto(stage.hiEvents);
    expect(await who(page)).toBe('nobody');
  }

  it('cannot use the URL of a bound flow before its owner, who then can', async () => {
    const owner = await stage.visitor();
    await logIn(stage, owner);
    const url = await stealBoundUrl(stage, owner);
    const stranger = await stage.visitor();
    await stranger.goto(url);
    expect(await heading(stranger)).toBe(UNKNOWN_BROWSER);
    await expectNobody(stranger);
    expect(await stage.count()).toEqual({ all: 1, used: 0 });
    await owner.reload();
    await arrive(stage, owner);
    expect(await who(owner)).toBe('Ada Lovelace');
  });

  it('cannot use it with a cookie of a flow of their own either', async () => {
    const owner = await stage.visitor();
    await logIn(stage, owner);
    const url = await stealBoundUrl(stage, owner);
    const stranger = await stage.visitor();
    await stranger.goto(`${stage.landing}/start`);
    await stranger.goto(url);
    expect(await heading(stranger)).toBe(UNKNOWN_BROWSER);
    await expectNobody(stranger);
    expect(await stage.count()).toEqual({ all: 1, used: 0 });
  });

  it('cannot use the URL of a bound flow after its owner', async () => {
    await signIn(stage, 'bound');
    const stranger = await stage.visitor();
    await stranger.goto(landingUrl(stage));
    expect(await heading(stranger)).toBe(UNKNOWN_BROWSER);
    await expectNobody(stranger);
  });

  it('uses up nothing by opening a link before its owner, who then can use it', async () => {
    const owner = await stage.visitor();
    await logIn(stage, owner);
    await setOut(owner, 'link');
    const stranger = await stage.visitor();
    await stranger.goto(owner.url());
    await expectNobody(stranger);
    expect(await stage.count()).toEqual({ all: 1, used: 0 });
    await press(owner, 'Continue as');
    await arrive(stage, owner);
    expect(await who(owner)).toBe('Ada Lovelace');
  });

  it('cannot use a link after its owner, not even one who had opened it before', async () => {
    const owner = await stage.visitor();
    await logIn(stage, owner);
    await setOut(owner, 'link');
    const [early, late] = [await stage.visitor(), await stage.visitor()];
    await early.goto(owner.url());
    await press(owner, 'Continue as');
    await arrive(stage, owner);
    await press(early, 'Continue as');
    await late.goto(landingUrl(stage));
    for (const stranger of [early, late]) {
      await stranger.getByRole('heading', { name: 'This link does not work (any more)' }).waitFor();
      await expectNobody(stranger);
    }
  });

  it.each(FLOWS)('cannot post the token of another person from their own site (%s)', async (flow) => {
    await signIn(stage, flow);
    const { token } = await stage.sessions.issue({ userId: 1, targetApp: 'hi-events' });
    stage.showEvil(form(stage.landing, 'Win', { session_token: token, source: 'tuvens' }));
    const stranger = await stage.visitor();
    await stranger.goto(stage.evil);
    await press(stranger, 'Win');
    await stranger.getByRole('heading', { name: NOT_OURS }).waitFor();
    await expectNobody(stranger);
    expect(await stage.count()).toEqual({ all: 2, used: 1 });
  });
});

inChromium('another site cannot sign a person in as somebody else', () => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await openStage();
  });

  beforeEach(() => stage.reset());

  afterAll(() => stage.close());

  const tokenOfBob = async (): Promise<string> =>
    (await stage.sessions.issue({ userId: 2, targetApp: 'hi-events' })).token;

  /** Goes to the other site as a person who is signed in at Hi.Events as Ada. */
  async function visitEvil(...body: readonly string[]): Promise<Page> {
    stage.showEvil(...body);
    const victim = await signIn(stage, 'bound');
    await victim.goto(stage.evil);
    return victim;
  }

  async function expectStillAda(victim: Page): Promise<void> {
    await victim.goto(stage.hiEvents);
    expect(await who(victim)).toBe('Ada Lovelace');
    expect(await stage.count()).toEqual({ all: 2, used: 1 });
  }

  it.each([
    ['the landing', ''],
    ['the form of our own pages', '/continue'],
  ])('with a form that sends itself to %s', async (_what, path) => {
    const fields = { session_token: await tokenOfBob(), source: 'tuvens', switch: 'yes' };
    const send = '<script>document.querySelector("form").submit()</script>';
    const victim = await visitEvil(form(stage.landing + path, 'Win', fields), send);
    await victim.getByRole('heading', { name: NOT_OURS }).waitFor();
    await expectStillAda(victim);
  });

  it('with a link, without a click on a page that names both', async () => {
    const url = `${stage.landing}?session_token=${await tokenOfBob()}&source=tuvens&switch=yes`;
    const victim = await visitEvil(`<script>location = ${JSON.stringify(url)}</script>`);
    await victim.getByRole('heading', { name: 'Somebody else is signed in at Hi.Events' }).waitFor();
    expect(await victim.textContent('main')).toContain('Bob Babbage');
    await expectStillAda(victim);
  });

  it('with the URL of a bound flow of their own', async () => {
    const attacker = await stage.visitor();
    await logIn(stage, attacker, BOB);
    const own = await stealBoundUrl(stage, attacker);
    const victim = await visitEvil(`<script>location = ${JSON.stringify(own)}</script>`);
    await victim.getByRole('heading', { name: UNKNOWN_BROWSER }).waitFor();
    await expectStillAda(victim);
  });

  it('in a frame: it shows nothing, and uses nothing up', async () => {
    const url = `${stage.landing}?session_token=${await tokenOfBob()}&source=tuvens`;
    const victim = await visitEvil(`<iframe src="${url}"></iframe>`);
    await victim.waitForLoadState('load');
    expect(destinations(url)).toEqual(['iframe']);
    const framed = await Promise.all(victim.frames().map((frame) => frame.content()));
    expect(framed).toHaveLength(2);
    expect(framed.join()).not.toContain('Bob');
    expect(victim.frames()[1]?.url()).toBe('chrome-error://chromewebdata/');
    await expectStillAda(victim);
  });

  it('with an image', async () => {
    const url = `${stage.landing}?session_token=${await tokenOfBob()}&source=tuvens`;
    const victim = await visitEvil(`<img alt="" src="${url}">`);
    await victim.waitForLoadState('load');
    expect(destinations(url)).toEqual(['image']);
    await expectStillAda(victim);
  });

  it.each([
    ['the landing', ''],
    ['the start', '/start'],
  ])('in a frame or an image of %s, which leave no cookie', async (_what, path) => {
    await tokenOfBob();
    const url = stage.landing + path;
    const victim = await stage.visitor();
    stage.showEvil(`<img alt="" src="${url}"><iframe src="${url}"></iframe>`);
    await victim.goto(stage.evil);
    await victim.waitForLoadState('load');
    expect(destinations(url).sort()).toEqual(['iframe', 'image']);
    expect(await victim.context().cookies(stage.hiEvents)).toEqual([]);
  });

  function destinations(url: string): (string | string[] | undefined)[] {
    return stage.received.filter((each) => each.url === url).map(({ headers }) => headers['sec-fetch-dest']);
  }
});
