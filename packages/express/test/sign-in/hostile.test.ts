import { openTestStore } from '../store.js';
import type { TestStore } from '../store.js';
import { createHiEvents, MOUNT, ORIGIN, signInOptions, TUVENS } from './hi-events.js';
import { answerOf, begin, cookiesOf, createVisitor, formOf, landingWith } from './visitor.js';

let store: TestStore;

beforeAll(async () => {
  store = await openTestStore();
});

afterAll(() => store.close());

const newVisitor = () => createVisitor(createHiEvents(signInOptions(store.sessions)).app);

describe('the app’s own origin', () => {
  const LIES = {
    Host: 'evil.example',
    'X-Forwarded-Host': 'evil.example',
    'X-Forwarded-Proto': 'http',
    Forwarded: 'host=evil.example;proto=http',
  };

  it('is what the host has configured, whatever the headers of a request say', async () => {
    const visitor = newVisitor();
    const started = await visitor.get(`${MOUNT}/start?return_to=/events`).set(LIES);
    const url = new URL(String(started.headers['location']));
    expect(url.searchParams.get('redirect_uri')).toBe(ORIGIN + MOUNT);
    const page = await visitor.get(landingWith({ session_token: await store.issueToken() })).set(LIES);
    expect(page.text).not.toContain('evil.example');
    const { path, fields } = formOf(page);
    const reply = await visitor.post(path, fields).set(LIES);
    expect(reply.headers['location']).toBe(`${ORIGIN}/`);
  });
});

describe('the cookies of a browser', () => {
  it('do not grow with the flows that it begins, nor with those that it ends', async () => {
    const visitor = newVisitor();
    const names = new Set<string>();
    const secrets = new Set<string>();
    let longest = 0;
    for (let n = 0; n < 12; n++) {
      const asked = await begin(visitor, '?return_to=/a-rather-long-address-that-no-cookie-has-to-hold');
      const reply = await visitor.get(await answerOf(store, asked));
      for (const [name, cookie] of Object.entries(cookiesOf(reply))) {
        names.add(name);
        if (name === 'sid') continue;
        secrets.add(cookie.split('.', 1)[0] ?? '');
        longest = Math.max(longest, cookie.length);
      }
    }
    expect([...names].sort()).toEqual(['cross-app', 'sid']);
    expect(secrets.size).toBe(1);
    expect(longest).toBeLessThan(180);
  });

  it('have each an own name that a flow does not choose', async () => {
    const visitor = newVisitor();
    const forms = await visitor.postFrom(TUVENS, { session_token: await store.issueToken() });
    const starts = await visitor.get(`${MOUNT}/start`);
    expect([...Object.keys(cookiesOf(forms)), ...Object.keys(cookiesOf(starts))]).toEqual([
      'cross-app-spare',
      'cross-app',
    ]);
  });
});
