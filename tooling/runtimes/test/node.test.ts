import { openDatabase } from './database.js';
import { EXPECTED, EXPECTED_PATHS } from './expected.js';
import { startIssuer } from './issuer.js';
import type { TestIssuer } from './issuer.js';
import { HAVE_NODES, NODES, run } from './node-binaries.js';

if (!HAVE_NODES)
  console.warn('The Node binaries are for Linux on x64 only: Node 20, 22 and 24 are not tested here.');

let issuer: TestIssuer;

beforeAll(async () => {
  issuer = await startIssuer();
});

afterAll(async () => {
  await issuer.close();
});

(HAVE_NODES ? describe : describe.skip).each(NODES)('Node $major', ({ major, path }) => {
  it('is the one it says', async () => {
    expect(await run(path, ['version.mjs'])).toBe(major);
  });

  it.each(['node-esm.mjs', 'node-commonjs.cjs'])('makes every call of the built sdk: %s', async (script) => {
    issuer.takePaths();
    expect(await run(path, [script, JSON.stringify(issuer.settings)])).toEqual(EXPECTED);
    expect(issuer.takePaths()).toEqual(EXPECTED_PATHS);
  });

  it('hands over in the database and over HTTP, with core and express as built', async () => {
    const { url, knex } = await openDatabase();
    await knex.destroy();
    expect(await run(path, ['server.mjs'], { DATABASE_URL: url })).toEqual({
      '/database': ['ada@example.com', 401],
      '/http': ['ada@example.com', 401],
      revoked: 401,
    });
  });
});
