import {
  checkHandoff,
  createBrowser,
  createFakeIssuer,
  createMemorySessions,
  createTestClock,
} from '../src/index.js';
import type { Browser, FakeIssuer, HandoffSetup, TestClock } from '../src/index.js';
import { LANDING, ORIGIN, startExpressTarget } from './express-target.js';
import { ADA, MALLORY, TARGET_APP as targetApp } from './people.js';

const people = [ADA, MALLORY];

let clock: TestClock;
let issuer: FakeIssuer;
let target: Awaited<ReturnType<typeof startExpressTarget>>;
let setup: HandoffSetup;
beforeAll(async () => {
  clock = createTestClock();
  const sessions = createMemorySessions({ people, clock });
  issuer = await createFakeIssuer({ sessions, people, targetApp, landingUrl: `${ORIGIN}${LANDING}` });
  target = await startExpressTarget({ sessions, source: issuer.source });
  setup = {
    issuer,
    resolve: { [ORIGIN]: target.address },
    signOut: (browser) => browser.tab().open(`${ORIGIN}/sign-out`),
    signedInAs: async (browser) => (await browser.tab().open(`${ORIGIN}/`)).text || null,
  };
});
afterAll(async () => {
  target.close();
  await issuer.close();
});

function newBrowser(withScripts = false): Browser {
  return createBrowser({ withScripts, resolve: { ...issuer.resolve, ...setup.resolve } });
}

describe('crossAppSignIn', () => {
  it('withstands every hostile visitor', async () => {
    const { failures, findings, summary } = await checkHandoff(setup);
    expect(summary).not.toContain('FAILED');
    expect(failures).toEqual([]);
    expect(findings.length).toBeGreaterThan(100);
  });

  it('signs in by the form of the source app, with scripts at once and without after a button', async () => {
    const scripted = newBrowser(true);
    await issuer.signIn(scripted, ADA);
    expect((await scripted.open(`${issuer.source.origin}/handoff/form`)).url).toBe(`${ORIGIN}/`);

    const browser = newBrowser();
    await issuer.signIn(browser, ADA);
    await browser.open(`${issuer.source.origin}/handoff/form`);
    await browser.submit();
    expect((await browser.submit()).text).toBe(ADA.id);
  });

  it('asks before it switches from one person to another', async () => {
    const browser = newBrowser();
    for (const person of [ADA, MALLORY]) {
      await issuer.signIn(browser, person);
      await browser.open(`${ORIGIN}${LANDING}/start`);
    }
    expect(await setup.signedInAs(browser)).toBe(ADA.id);
    await browser.submit();
    expect(await setup.signedInAs(browser)).toBe(MALLORY.id);
  });

  it('refuses a token of a bound flow that took longer than a minute', async () => {
    const browser = newBrowser();
    await issuer.signIn(browser, ADA);
    await browser.open(`${ORIGIN}${LANDING}/start`, { stopBefore: ({ search }) => search.includes('iss=') });
    clock.advance(61_000);
    expect((await browser.goOn()).status).toBe(401);
  });
});
