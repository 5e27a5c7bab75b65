import { CORPUS, expand } from '../../corpus/read-corpus.js';
import { openTestStore } from '../../store.js';
import type { TestStore } from '../../store.js';
import { asked, createAuthorizingApp, expectErrorPage, visit } from './authorize-app.js';

let store: TestStore;
beforeAll(async () => {
  store = await openTestStore();
});
afterAll(() => store.close());

const redirects = CORPUS.cases
  .filter(({ group }) => group === 'returnTo')
  .map(({ name, input }): [string, unknown] => [name, expand(input)])
  .filter((entry): entry is [string, string] => typeof entry[1] === 'string')
  // Of a longer URL Node itself says 431.
  .filter(([, target]) => target.length < 10_000);

describe('the redirect targets of the corpus', () => {
  it('are some', () => {
    expect(redirects.length).toBeGreaterThan(60);
  });

  // Those that are good as paths too: none of them is registered.
  it.each(redirects)('lead nowhere as a redirect_uri: %s', async (_, target) => {
    const before = await store.countRows();
    const app = createAuthorizingApp(store.sessions, { limits: false });
    const query = asked({ redirect_uri: target });
    expectErrorPage(await visit(app, query), 400);
    expect(await store.countRows()).toEqual(before);
  });
});
