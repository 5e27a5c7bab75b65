import { execFileSync } from 'node:child_process';
import { createTestDatabase } from '@cross-app/test-database';
import type { TestDatabase } from '@cross-app/test-database';
import { createBrowser } from '@cross-app/testing';
import type { Browser } from '@cross-app/testing';
import knexFactory from 'knex';
import { filesOf, runCommand, startApps, throughSection } from './assembled-apps.js';
import type { AssembledApps } from './assembled-apps.js';
import { readText } from './documents.js';

const PAGE = 'docs/getting-started.md';
// The two tables that a reader has already.
const OWN_TABLES = `
CREATE TABLE users (id serial PRIMARY KEY, email text NOT NULL, name text);
CREATE TABLE accounts (id serial PRIMARY KEY, name text NOT NULL, slug text);
INSERT INTO users (email, name) VALUES ('ada@example.com', 'Ada');`;

const shellBlocks = [...readText(PAGE).matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, block = '']) => block);

let database: TestDatabase;
let secret: string;
beforeAll(async () => {
  database = await createTestDatabase({ template: 'empty', migrate: () => Promise.resolve() });
  const knex = knexFactory({ client: 'pg', connection: database.url });
  await knex.raw(OWN_TABLES);
  await knex.destroy();
  const [migrate = ''] = /^.* cross-app migrate.*$/m.exec(shellBlocks[0] ?? '') ?? [];
  await runCommand(migrate, database.url);
  const makeSecret = shellBlocks.find((block) => block.includes('HI_EVENTS_SHARED_SECRET')) ?? '';
  const script = `${makeSecret}printf %s "$HI_EVENTS_SHARED_SECRET"`;
  secret = execFileSync('bash', ['-c', script], { encoding: 'utf8' });
}, 120_000);
afterAll(() => database.close());

/** Runs the apps as they are at the end of a step. */
async function withApps(step: string, use: (apps: AssembledApps) => Promise<void>): Promise<void> {
  const env = { DATABASE_URL: database.url, HI_EVENTS_SHARED_SECRET: secret };
  const name = `step-${step.slice(0, 1)}`;
  const apps = await startApps(name, filesOf(throughSection(PAGE, step)), env);
  try {
    await use(apps);
  } finally {
    await apps.stop();
  }
}

async function signInAtTuvens(apps: AssembledApps): Promise<Browser> {
  const browser = createBrowser({ withScripts: true });
  await browser.open(apps.url(3000));
  await browser.submit();
  return browser;
}

describe('docs/getting-started.md', () => {
  it.each(['1. On one database', '2. Over HTTP', '3. Bound to one browser'])(
    'hands a person over by a form after the step "%s"',
    async (step) => {
      await withApps(step, async (apps) => {
        const person = await signInAtTuvens(apps);
        const page = await person.submit();
        expect(page).toMatchObject({ url: `${apps.url(4000)}/`, html: 'Hello Ada' });
        const { token = '' } = person.steal() ?? {};

        const thief = createBrowser({ withScripts: true });
        const form = `<form method="post" action="${apps.url(4000)}/auth/cross-app">
          <input name="session_token" value="${token}"></form>`;
        thief.show(`${apps.url(3000)}/`, form);
        await thief.submit();
        expect(thief.page.status).toBe(401);
        expect((await thief.open(apps.url(4000))).html).toBe('Hello stranger');
      });
    },
    60_000,
  );

  it('binds a token to the browser that began, after step 3', async () => {
    await withApps('3. Bound to one browser', async (apps) => {
      const landing = `${apps.url(4000)}/auth/cross-app`;
      const person = await signInAtTuvens(apps);
      const page = await person.open(`${landing}/start`, {
        stopBefore: (url) => url.search.includes('state=') && url.href.startsWith(`${landing}?`),
      });

      const thief = createBrowser({ withScripts: true });
      const stolen = await thief.open(page.stoppedAt ?? '');
      expect(stolen.status).toBeGreaterThanOrEqual(400);
      expect((await thief.open(apps.url(4000))).html).toBe('Hello stranger');

      expect((await person.goOn()).html).toBe('Hello Ada');
    });
  }, 60_000);
});
