import {
  checkHandoff,
  createFakeIssuer,
  createMemorySessions,
  loginCsrf,
  prefetcher,
  RULES,
  scanner,
  thief,
} from '../../src/index.js';
import type { FakeIssuer, HandoffSetup, MemorySessions } from '../../src/index.js';
import { ADA, MALLORY, TARGET_APP as targetApp } from '../people.js';
import { LANDING, ORIGIN, startTarget } from './flawed-target.js';
import type { Flaw } from './flawed-target.js';

const people = [ADA, MALLORY];

let sessions: MemorySessions;
let issuer: FakeIssuer;
const targets: { close(): void }[] = [];
beforeAll(async () => {
  sessions = createMemorySessions({ people });
  issuer = await createFakeIssuer({ sessions, people, targetApp, landingUrl: `${ORIGIN}${LANDING}` });
});
afterAll(() => issuer.close());
afterEach(() => {
  for (const target of targets.splice(0)) target.close();
});

async function setUp(...flaws: Flaw[]): Promise<HandoffSetup> {
  const target = await startTarget(sessions, ...flaws);
  targets.push(target);
  return {
    issuer,
    resolve: { [ORIGIN]: target.address },
    signedInAs: async (browser) => (await browser.tab().open(`${ORIGIN}/me`)).text || null,
  };
}

describe('the report of a hostile visitor', () => {
  it('says what was asked, without a token', async () => {
    const report = await scanner(await setUp());
    expect(report.requests[0]).toEqual({
      method: 'HEAD',
      url: expect.stringContaining('?session_token=handoff_[redacted]'),
      status: 405,
    });
    expect(JSON.stringify(report)).not.toMatch(/handoff_[A-Za-z0-9_-]{8}/);
    expect(report).toMatchObject({ attack: 'scanner', consumed: false, signedIn: false });
  });

  it('says that a token was used up', async () => {
    const report = await scanner(await setUp('GET consumes'));
    expect(report).toMatchObject({ consumed: true, signedIn: true });
  });

  it('says which cookies the target app gave', async () => {
    const { cookiesSet } = await prefetcher({ ...(await setUp('prefetch is answered')), flows: ['link'] });
    expect(cookiesSet).toEqual(['__Host-flow']);
    expect((await prefetcher({ ...(await setUp()), flows: ['link'] })).cookiesSet).toEqual([]);
  });

  it('says that somebody was signed in, and by what', async () => {
    const report = await loginCsrf(await setUp('Origin is not checked'));
    expect(report.signedIn).toBe(true);
    expect(report.findings.filter(({ ok }) => !ok)).toEqual([
      {
        rule: 'no-login-csrf',
        ok: false,
        detail: expect.stringContaining(
          `posts a token to the landing signs nobody in: ${RULES['no-login-csrf']}`,
        ),
      },
    ]);
  });

  it('is empty for a flow that the target app does not have', async () => {
    const report = await thief({ ...(await setUp()), flows: ['link'] });
    expect(report).toMatchObject({ findings: [], requests: [] });
  });
});

describe('the check of a target app', () => {
  it('has a summary to print, with the details of what failed', async () => {
    const { summary } = await checkHandoff({ ...(await setUp('pages can be framed')), flows: ['link'] });
    expect(summary).toContain('ok     get-uses-nothing');
    expect(summary).toMatch(
      /^FAILED no-framing \(0 of 2\)\n {7}the page of a link cannot be framed: no page may/m,
    );
  });

  it('finds that nothing works, before all else', async () => {
    const setup = await setUp();
    const { failures } = await checkHandoff({ ...setup, signedInAs: () => Promise.resolve(null) });
    expect(failures[0]?.rule).toBe('flow-works');
  });

  it('finds that nobody is there', async () => {
    const { failures } = await checkHandoff({ ...(await setUp()), resolve: {} });
    expect(failures[0]?.rule).toBe('flow-works');
  });

  it('needs somebody to attack, and an attacker', async () => {
    const alone = { ...issuer, people: [ADA] };
    await expect(checkHandoff({ ...(await setUp()), issuer: alone })).rejects.toThrow(TypeError);
  });
});
