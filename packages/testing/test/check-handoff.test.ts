import { checkHandoff, createFakeIssuer, createMemorySessions } from '../src/index.js';
import type { FakeIssuer, HandoffCheck, MemorySessions, Rule } from '../src/index.js';
import { ADA, MALLORY, TARGET_APP as targetApp } from './people.js';
import { LANDING, ORIGIN, startTarget } from './visitors/flawed-target.js';
import type { Flaw } from './visitors/flawed-target.js';

const people = [ADA, MALLORY];

let sessions: MemorySessions;
let issuer: FakeIssuer;
beforeAll(async () => {
  sessions = createMemorySessions({ people });
  issuer = await createFakeIssuer({ sessions, people, targetApp, landingUrl: `${ORIGIN}${LANDING}` });
});
afterAll(() => issuer.close());

async function check(...flaws: Flaw[]): Promise<HandoffCheck> {
  const target = await startTarget(sessions, ...flaws);
  try {
    return await checkHandoff({
      issuer,
      resolve: { [ORIGIN]: target.address },
      signOut: (browser) => browser.tab().open(`${ORIGIN}/sign-out`),
      signedInAs: async (browser) => (await browser.tab().open(`${ORIGIN}/me`)).text || null,
    });
  } finally {
    target.close();
  }
}

function brokenRules({ failures }: HandoffCheck): Rule[] {
  return [...new Set(failures.map(({ rule }) => rule))].sort();
}

it('nothing is found in a target app that does everything right', async () => {
  const found = await check();
  expect(found.summary).not.toContain('FAILED');
  expect(found.failures).toEqual([]);
  expect(found.findings.length).toBeGreaterThan(100);
});

// Each hole, and what can be done through it: what signs in on GET signs in with an attacker's link, too.
const FLAWS: [flaw: Flaw, ...rules: Rule[]][] = [
  ['HEAD runs the handler of GET, which consumes', 'head-uses-nothing'],
  ['GET consumes', 'get-uses-nothing', 'image-uses-nothing', 'no-login-csrf', 'reload-is-fine'],
  ['prefetch is answered', 'prefetch-uses-nothing'],
  ['the flow is kept on the server, without a cookie', 'bound-to-browser', 'no-login-csrf', 'no-replay'],
  ['Origin is not checked', 'no-login-csrf'],
  ['the form has no token of its own', 'no-login-csrf'],
  ['a token without a challenge is taken in a bound flow', 'no-downgrade'],
  ['each redeem has a random redemption id', 'double-click-is-fine', 'reload-is-fine', 'back-is-fine'],
  ['a new flow replaces the one before', 'tabs-are-independent'],
  ['iss is not checked', 'issuer-is-checked'],
  ['state is not checked', 'state-is-checked'],
  ['a refusal is an exception', 'refusal-is-a-page'],
  ['any return address is taken', 'no-open-redirect'],
  ['pages can be framed', 'no-framing'],
  ['the session of before is signed in', 'no-fixation'],
  ['the referrer is sent', 'not-in-referer'],
  ['replies are cached', 'not-cached'],
  ['a sign-out is forgotten', 'sign-out-lasts'],
];

it.each(FLAWS)('what is found where %s', async (flaw, ...rules) => {
  expect(brokenRules(await check(flaw))).toEqual([...rules].sort());
});
