import { createHandoffLauncher } from '../../src/index.js';
import { openPage } from './page.js';

const options = {
  issuerUrl: '/api/cross-app',
  accessToken: () => 'x',
  landingUrl: 'https://hi.events/auth/cross-app',
  targetApp: 'hi-events',
};

function make(change: Readonly<Record<string, unknown>>): () => unknown {
  return () => createHandoffLauncher({ ...options, ...change });
}

it.each(['/api/cross-app', 'https://tuvens.com/api/cross-app', 'http://127.0.0.1:3000/api/cross-app'])(
  'takes an issuer at %s, also where a server renders the page',
  (issuerUrl) => {
    expect(make({ issuerUrl })).not.toThrow();
  },
);

it('launches nothing there', async () => {
  const launched = createHandoffLauncher(options).launch();
  await expect(launched).rejects.toThrow(new TypeError('launch needs a page: call it in the browser'));
});

it.each<[name: string, value: unknown]>([
  ['issuerUrl', undefined],
  ['issuerUrl', 'api/cross-app'],
  ['issuerUrl', 'http://tuvens.com/api/cross-app'],
  ['issuerUrl', '/api/cross-app?canary'],
  ['issuerUrl', 'https://a:canary@tuvens.com/'],
  ['accessToken', 'canary'],
  ['landingUrl', undefined],
  ['landingUrl', '/auth/cross-app'],
  ['landingUrl', 'http://hi.events/'],
  ['landingUrl', 'https://a:canary@hi.events/'],
  ['targetApp', undefined],
  ['targetApp', 'hi events'],
  ['fetch', 'canary'],
  ['timeoutMs', 0],
  ['timeoutMs', 600_001],
  ['timeoutMs', '5'],
])('refuses %s %p by name, without repeating it', (name, value) => {
  expect(make({ [name]: value })).toThrow(TypeError);
  expect(make({ [name]: value })).toThrow(new RegExp(`^createHandoffLauncher: ${name} must be`));
  expect(make({ [name]: value })).not.toThrow(/canary/);
});

it('refuses an option that it does not know', () => {
  expect(make({ secret: 'x'.repeat(32) })).toThrow(/there is no option "secret"/);
});

it("refuses a page's own path where the page came over plain http", () => {
  const page = openPage('http://tuvens.example/');
  expect(make({})).toThrow(/issuerUrl must be/);
  page.close();
});
