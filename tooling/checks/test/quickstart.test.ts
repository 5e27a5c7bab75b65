import { createTestDatabase } from '@cross-app/test-database';
import type { TestDatabase } from '@cross-app/test-database';
import { createBrowser } from '@cross-app/testing';
import { filesOf, runCommand, startApps, throughSection } from './assembled-apps.js';
import type { AssembledApps } from './assembled-apps.js';
import { readText } from './documents.js';

const SECTION = throughSection('README.md', 'Quickstart');

let database: TestDatabase;
let apps: AssembledApps;
beforeAll(async () => {
  database = await createTestDatabase({ template: 'empty', migrate: () => Promise.resolve() });
  const commands = SECTION.split('\n').filter((line) => line.includes(' cross-app '));
  for (const command of commands) await runCommand(command, database.url);
  apps = await startApps('quickstart', filesOf(SECTION), { DATABASE_URL: database.url });
}, 120_000);
afterAll(async () => {
  await apps.stop();
  await database.close();
});

describe('README.md', () => {
  it('has two commands at its opening, and fewer than 150 lines', () => {
    const [opening = ''] = readText('README.md').split(/^## /m);
    expect(opening).toMatch(/^npm run demo .*\nnpm test /m);
    expect(readText('README.md').split('\n').length).toBeLessThan(150);
  });

  it('has a quickstart that signs somebody in, and refuses the token to another browser', async () => {
    const person = createBrowser();
    await person.open(apps.url(3000));
    const handoff = await person.submit();
    const thief = createBrowser();
    thief.show(`${apps.url(3000)}/add-ticketing`, handoff.html, handoff.headers);

    await submitAll(person);
    expect(person.page).toMatchObject({ url: `${apps.url(4000)}/`, html: 'Hello Test User' });

    await submitAll(thief);
    expect(thief.page.status).toBe(401);
    expect((await thief.open(apps.url(4000))).html).toBe('Hello stranger');
  }, 60_000);
});

// A page without JavaScript: a person presses each button, as a script would.
async function submitAll(browser: ReturnType<typeof createBrowser>): Promise<void> {
  const begun = browser.page.url;
  for (let pressed = 0; pressed < 4 && browser.page.forms.length > 0; pressed += 1) {
    const page = await browser.submit();
    if (page.status >= 400 || (page.url !== begun && page.forms.length === 0)) return;
  }
}
