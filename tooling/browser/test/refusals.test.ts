import { setTimeout } from 'node:timers/promises';
import { canRunInChromium } from '@cross-app/chromium';
import { parseToken } from '@cross-app/protocol';
import type { Page } from 'playwright-core';
import { arrive, follow, heading, logIn, press, who } from './stage/person.js';
import { openStage } from './stage/stage.js';
import type { Stage } from './stage/stage.js';
import { setOut } from './stage/travel.js';

const inChromium = canRunInChromium('what people are told who cannot be signed in is')
  ? describe
  : describe.skip;
const UNKNOWN_BROWSER = 'We could not recognise your browser';

inChromium('who cannot be signed in', () => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await openStage();
  });

  beforeEach(() => stage.reset());

  afterAll(() => stage.close());

  /** Opens a link with the token, and gives what it says. */
  async function open(page: Page, token: string): Promise<string | null> {
    await page.goto(`${stage.landing}?session_token=${token}&source=tuvens`);
    return await heading(page);
  }

  it('learns that the link has expired, and gets on from there', async () => {
    const page = await stage.visitor();
    await logIn(stage, page);
    const { token } = await stage.sessions.issue({ userId: 1, targetApp: 'hi-events', ttlSeconds: 1 });
    await setTimeout(((parseToken(token)?.expiresAtSeconds ?? 0) + 1) * 1000 - Date.now());
    expect(await open(page, token)).toBe('This link has expired');
    await follow(page, 'Get a new link at Tuvens');
    await page.waitForURL(`${stage.tuvens}/`);
  });

  it('learns the same of a used token, one of another app and a revoked one', async () => {
    const used = await stage.sessions.issue({ userId: 1, targetApp: 'hi-events' });
    await stage.sessions.redeem(used.token, { targetApp: 'hi-events' });
    const others = await stage.sessions.issue({ userId: 1, targetApp: 'tickets' });
    const revoked = await stage.sessions.issue({ userId: 2, targetApp: 'hi-events' });
    await stage.sessions.revokeAll({ userId: 2 });
    const page = await stage.visitor();
    for (const token of [used.token, others.token, revoked.token]) {
      expect(await open(page, token)).toBe('This link does not work (any more)');
    }
  });

  it('learns that the link is broken', async () => {
    expect(await open(await stage.visitor(), 'handoff_cut-off')).toBe('This link is broken');
  });

  it('learns what to do when the cookie is gone on the way back, and gets on from there', async () => {
    const page = await stage.visitor();
    await page.goto(`${stage.landing}/start?return_to=/events`);
    await page.context().clearCookies({ domain: 'hi-events.test' });
    await press(page, 'I am Ada');
    await page.getByRole('heading', { name: UNKNOWN_BROWSER }).waitFor();
    expect(await stage.count()).toEqual({ all: 1, used: 0 });
    await follow(page, 'Begin again at Tuvens');
    await arrive(stage, page, '/');
    expect(await who(page)).toBe('Ada Lovelace');
  });

  it('learns what to do when the cookie is gone between the question and the answer', async () => {
    const page = await stage.visitor();
    await logIn(stage, page);
    await setOut(page, 'link');
    await page.context().clearCookies({ domain: 'hi-events.test' });
    await press(page, 'Continue as Ada');
    await page.getByRole('heading', { name: UNKNOWN_BROWSER }).waitFor();
    await follow(page, 'Begin again at Tuvens');
    await page.waitForURL(`${stage.tuvens}/`);
    expect(await stage.count()).toEqual({ all: 1, used: 0 });
  });

  it('stays at Tuvens when an unknown app asks for them', async () => {
    const page = await stage.visitor();
    await logIn(stage, page);
    const query = `client_id=evil&redirect_uri=${encodeURIComponent(stage.evil)}&state=x`;
    await page.goto(`${stage.tuvens}/api/cross-app/authorize?${query}`);
    expect(new URL(page.url()).origin).toBe(stage.tuvens);
    expect(await heading(page)).toBe('This link is broken');
    expect(await stage.count()).toEqual({ all: 0, used: 0 });
  });
});
