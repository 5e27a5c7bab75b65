import { createHandoffLauncher } from '../../src/index.js';
import type { HandoffLauncher, HandoffLauncherOptions, LaunchRequest } from '../../src/index.js';
import { drop, hang, json, refuse, startIssuer } from '../fake-issuer.js';
import type { Act, FakeIssuer } from '../fake-issuer.js';
import { bearer, generated, rejectionOf, token } from '../handoff.js';
import { openPage } from './page.js';
import type { TestPage } from './page.js';

const landingUrl = 'https://hi.events/auth/cross-app';
let issuer: FakeIssuer;
let page: TestPage;

async function open(...acts: [Act, ...Act[]]): Promise<void> {
  issuer = await startIssuer(...acts);
  page = openPage(new URL('/events/7', issuer.baseUrl).href);
}

function launcherOf(options: Partial<HandoffLauncherOptions> = {}): HandoffLauncher {
  return createHandoffLauncher({
    issuerUrl: '/api/cross-app',
    accessToken: () => bearer,
    landingUrl,
    targetApp: 'hi-events',
    ...options,
  });
}

afterEach(async () => {
  page.close();
  await issuer.close();
});

describe('a launch', () => {
  it("issues with the person's own access token, at the page's own origin", async () => {
    await open(json(200, generated));
    await launcherOf().launch({ accountId: 789, payload: { event: 'Night Market' } });
    const [{ method, path, headers, body }] = issuer.received as [(typeof issuer.received)[0]];
    expect([method, path]).toEqual(['POST', '/api/cross-app/generate-session']);
    expect(headers).toMatchObject({ authorization: `Bearer ${bearer}` });
    expect(headers).not.toHaveProperty('x-shared-secret');
    expect(JSON.parse(body)).toEqual({
      account_id: 789,
      target_app: 'hi-events',
      event_data: { event: 'Night Market' },
    });
  });

  it('names its landing as the form will have it, where that is to be checked', async () => {
    await open(json(200, generated));
    await launcherOf({ landingUrl: 'https://HI.events', checkLanding: true }).launch();
    const [{ body }] = issuer.received as [(typeof issuer.received)[0]];
    expect(JSON.parse(body)).toMatchObject({ redirect_uri: 'https://hi.events/' });
    expect(page.submissions).toMatchObject([{ action: 'https://hi.events/' }]);
  });

  it('goes nowhere with a landing that is not registered', async () => {
    await open(refuse(400, 'invalid_argument'));
    const rejection = await rejectionOf(launcherOf({ checkLanding: true }).launch());
    expect(rejection).toMatchObject({ code: 'invalid_argument' });
    expect([issuer.received.length, page.submissions.length]).toEqual([1, 0]);
  });

  it('issues at an issuer elsewhere', async () => {
    await open(json(200, generated));
    await launcherOf({ issuerUrl: issuer.baseUrl }).launch();
    expect(issuer.received.map(({ path }) => path)).toEqual(['/api/cross-app/generate-session']);
  });

  it('posts the token to the landing, in the same tab', async () => {
    await open(json(200, generated));
    await launcherOf().launch({ action: 'create-event', eventData: { title: '"<Ä>' }, source: 'tuvens' });
    expect(page.submissions).toEqual([
      {
        action: landingUrl,
        method: 'post',
        target: '_self',
        fields: {
          session_token: token,
          action: 'create-event',
          source: 'tuvens',
          event_data: '{"title":"\\"<Ä>"}',
        },
        isInDocument: true,
      },
    ]);
  });

  it('sends only what was given', async () => {
    await open(json(200, generated));
    await launcherOf().launch({ action: undefined });
    expect(page.submissions.map(({ fields }) => fields)).toEqual([{ session_token: token }]);
  });

  it('leaves no form and no token behind', async () => {
    await open(json(200, generated));
    const before = page.remains();
    await launcherOf().launch();
    expect(page.remains()).toBe(before);
    expect(page.remains()).not.toContain(token);
  });

  it('leaves no form and no token behind when the browser refuses to submit', async () => {
    await open(json(200, generated));
    const before = page.remains();
    window.HTMLFormElement.prototype.submit = () => {
      throw new RangeError('sandboxed');
    };
    expect(await rejectionOf(launcherOf().launch())).toBeInstanceOf(RangeError);
    expect(page.remains()).toBe(before);
  });

  it('gets its token on the next try when a reply was lost', async () => {
    await open(drop, json(200, generated));
    await launcherOf().launch();
    expect([issuer.received.length, page.submissions.length]).toEqual([2, 1]);
  });
});

describe('one click', () => {
  it('is one handoff for 5 simultaneous launches', async () => {
    await open(json(200, generated));
    const { launch } = launcherOf();
    const launches = Array.from({ length: 5 }, () => launch());
    expect(new Set(launches).size).toBe(1);
    await Promise.all(launches);
    expect([issuer.received.length, page.submissions.length]).toEqual([1, 1]);
  });

  it('is one handoff when its handler runs again after the form was submitted', async () => {
    await open(json(200, generated));
    const { launch } = launcherOf();
    const first = launch();
    await first;
    expect(launch({ action: 'other' })).toBe(first);
    await launch();
    expect([issuer.received.length, page.submissions.length]).toEqual([1, 1]);
  });

  it('is one handoff when React runs an effect, cleans it up, and runs it again', async () => {
    await open(json(200, generated));
    const { launch } = launcherOf();
    const unmount = new AbortController();
    const first = launch({}, { signal: unmount.signal });
    unmount.abort();
    const second = launch({}, { signal: new AbortController().signal });
    expect(await rejectionOf(first)).toBe(unmount.signal.reason);
    await second;
    expect([issuer.received.length, page.submissions.length]).toEqual([1, 1]);
  });

  it('stays one handoff when its signal aborts after the form was submitted', async () => {
    await open(json(200, generated));
    const { launch } = launcherOf();
    const unmount = new AbortController();
    await launch({}, { signal: unmount.signal });
    unmount.abort();
    await launch();
    expect(issuer.received).toHaveLength(1);
  });
});

describe('another launch is possible', () => {
  it('after a failure, at once', async () => {
    await open(refuse(403, 'account_forbidden'), json(200, generated));
    const { launch } = launcherOf();
    await launch({ accountId: 1 }).catch(() => launch({ accountId: 2 }));
    expect(issuer.received.map(({ body }) => JSON.parse(body) as unknown)).toMatchObject([
      { account_id: 1 },
      { account_id: 2 },
    ]);
    expect(page.submissions).toHaveLength(1);
  });

  it('when the page is shown again from the back/forward cache', async () => {
    await open(json(200, generated));
    const { launch } = launcherOf();
    await launch();
    page.show(false);
    await launch();
    expect(issuer.received).toHaveLength(1);
    page.show(true);
    await launch();
    expect([issuer.received.length, page.submissions.length]).toEqual([2, 2]);
  });

  it('and the one under way goes nowhere, when the page is shown again', async () => {
    await open(hang, json(200, generated));
    const { launch } = launcherOf();
    const left = rejectionOf(launch());
    page.show(true);
    expect(await left).toMatchObject({ name: 'AbortError' });
    await launch();
    expect(page.submissions).toHaveLength(1);
  });
});

describe('a signal', () => {
  it('ends the launch, and its request', async () => {
    await open(hang);
    const ending = new AbortController();
    const failed = rejectionOf(launcherOf().launch({}, { signal: ending.signal }));
    while (issuer.received.length === 0) await new Promise(setImmediate);
    ending.abort(new RangeError('closed'));
    expect(await failed).toBe(ending.signal.reason);
    await issuer.abandoned();
    expect(page.submissions).toEqual([]);
  });

  it('that has aborted before starts nothing', async () => {
    await open(json(200, generated));
    const signal = AbortSignal.abort();
    expect(await rejectionOf(launcherOf().launch({}, { signal }))).toBe(signal.reason);
    expect([issuer.received, page.submissions]).toEqual([[], []]);
  });
});

describe('a launch that fails', () => {
  it.each<[code: string, act: Act]>([
    ['user_unauthenticated', refuse(401, 'user_unauthenticated')],
    ['account_forbidden', refuse(403, 'account_forbidden')],
    ['payload_too_large', refuse(413, 'payload_too_large')],
    ['rate_limited', refuse(429, 'rate_limited')],
    ['store_unavailable', hang],
  ])('says %s, and stays on the page', async (code, act) => {
    await open(act);
    const error = await rejectionOf(launcherOf({ timeoutMs: 200 }).launch());
    expect(error).toMatchObject({ name: 'CrossAppError', code });
    expect(page.submissions).toEqual([]);
  });

  it('says when to try again', async () => {
    await open(refuse(429, 'rate_limited', { 'retry-after': '7' }));
    expect(await rejectionOf(launcherOf().launch())).toMatchObject({ headers: { 'Retry-After': '7' } });
  });

  it('rejects with what accessToken throws', async () => {
    await open(json(200, generated));
    const thrown = new RangeError('no token');
    const launcher = launcherOf({ accessToken: () => Promise.reject(thrown) });
    expect(await rejectionOf(launcher.launch())).toBe(thrown);
    expect(issuer.received).toEqual([]);
  });

  it.each<[what: string, request: LaunchRequest]>([
    ['too much eventData', { eventData: 'x'.repeat(2001) }],
    ['an account that is none', { accountId: -1 }],
  ])('refuses %s without a call', async (_what, request) => {
    await open(json(200, generated));
    expect(await rejectionOf(launcherOf().launch(request))).toMatchObject({ code: 'invalid_argument' });
    expect(issuer.received).toEqual([]);
  });
});
