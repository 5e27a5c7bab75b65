import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createTestDatabase } from '@cross-app/test-database';
import { createBrowser } from '@cross-app/testing';
import type { Browser } from '@cross-app/testing';
import { startExample } from './example-process.js';
import type { ExampleProcess } from './example-process.js';

const EXAMPLES = resolve(__dirname, '../../../examples');
const NAMES = readdirSync(EXAMPLES);

// These have a guard: a replay ends the sign-in of the token's owner too, for one of the two is a thief.
const GUARDED = ['express-shared-database', 'nestjs'];

const examples = new Map<string, Promise<ExampleProcess>>();
afterAll(async () => {
  for (const example of examples.values()) await (await example).stop();
});

/** The example, which is started when the first test needs it. */
function running(name: string): Promise<ExampleProcess> {
  const example = examples.get(name) ?? startOnDatabase(name);
  examples.set(name, example);
  return example;
}

async function startOnDatabase(name: string): Promise<ExampleProcess> {
  const { url } = await createTestDatabase({ template: 'empty', migrate: () => Promise.resolve() });
  return startExample(name, { DATABASE_URL: url });
}

/** Signs in at Tuvens, as somebody without JavaScript presses the buttons. */
async function signInAtTuvens(browser: Browser, tuvensUrl: string): Promise<void> {
  await browser.open(tuvensUrl);
  await browser.submit();
  expect(browser.page).toMatchObject({ status: 200, text: 'Tuvens Add ticketing' });
}

/** Presses the button of every page until one has none. */
async function pressOn(browser: Browser): Promise<void> {
  for (let pressed = 0; pressed < 4 && browser.page.forms.length > 0; pressed += 1) await browser.submit();
}

/** Resolves when it does, or never: then the test is over its time. */
async function untilNobodyAnswers(url: string): Promise<void> {
  while (
    await fetch(url).then(
      () => true,
      () => false,
    )
  )
    await pause(50);
}

const whoIs = async (browser: Browser, url: string): Promise<string> => (await browser.open(url)).text;

async function signIn(name: string): Promise<Browser> {
  const { tuvensUrl } = await running(name);
  const person = createBrowser();
  await signInAtTuvens(person, tuvensUrl);
  await person.submit();
  await pressOn(person);
  return person;
}

describe.each(NAMES)('the example %s', (name) => {
  it('signs somebody in, and refuses the same token to a thief', async () => {
    const { tuvensUrl, hiEventsUrl } = await running(name);
    const person = createBrowser();
    await signInAtTuvens(person, tuvensUrl);
    const handoff = await person.submit();
    const thief = createBrowser();
    thief.show(`${tuvensUrl}/add-ticketing`, handoff.html, handoff.headers);

    await pressOn(person);
    expect(person.page).toMatchObject({ url: `${hiEventsUrl}/`, status: 200, text: 'Hello Test User' });
    expect(await whoIs(person, hiEventsUrl)).toBe('Hello Test User');

    await pressOn(thief);
    expect(thief.page.status).toBe(401);
    expect(await whoIs(thief, hiEventsUrl)).toMatch(/^Hello stranger/);
    const after = GUARDED.includes(name) ? 'Hello stranger' : 'Hello Test User';
    // A guard may not have heard of it yet. That it never does is what the test's time is for.
    while ((await whoIs(person, hiEventsUrl)) !== after) await pause(50);
    expect(person.page.text).toBe(after);
  });

  it('signs nobody in for a page of another origin', async () => {
    const { tuvensUrl, hiEventsUrl } = await running(name);
    const attacker = createBrowser();
    await signInAtTuvens(attacker, tuvensUrl);
    const { html, headers } = await attacker.submit();
    const victim = createBrowser();
    victim.show('https://evil.example/', html, headers);
    await pressOn(victim);
    expect(victim.page.status).toBe(403);
    expect(await whoIs(victim, hiEventsUrl)).toMatch(/^Hello stranger/);
  });
});

describe.each(NAMES)('the example %s', (name) => {
  it.each([
    ['nothing', {}],
    ['what is no token', { session_token: 'handoff_x' }],
  ])(
    'refuses a form with %s as a mistake of whoever sent it',
    async (_what, fields: Record<string, string>) => {
      const { tuvensUrl, hiEventsUrl } = await running(name);
      const person = createBrowser({ withScripts: true });
      const inputs = Object.entries(fields).map(
        ([field, value]) => `<input name="${field}" value="${value}">`,
      );
      const form = `<form method="post" action="${hiEventsUrl}/auth/cross-app">${inputs.join('')}</form>`;
      person.show(`${tuvensUrl}/`, form);
      await pressOn(person);
      expect(person.page.status).toBe(400);
      expect(await whoIs(person, hiEventsUrl)).toMatch(/^Hello stranger/);
    },
  );
});

describe.each(NAMES)('the README of %s', (name) => {
  it('says how to start it, within 30 lines', () => {
    const text = readFileSync(join(EXAMPLES, name, 'README.md'), 'utf8');
    expect(text).toContain(`\n\`npm run example ${name}\` in the repository's root`);
    expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(30);
  });
});

describe('the example express-over-http', () => {
  it('begins at the target as well, signs in on the way, and comes back bound to the browser', async () => {
    const { hiEventsUrl } = await running('express-over-http');
    const person = createBrowser();
    await person.open(hiEventsUrl);
    const [start = ''] = person.page.links;
    await person.follow(start);
    expect(person.page.text).toBe('Tuvens Sign in');
    await pressOn(person);
    expect(person.page).toMatchObject({ url: `${hiEventsUrl}/`, text: 'Hello Test User' });
  });
});

describe('the example nestjs', () => {
  it('guards what is for those who have arrived', async () => {
    const { hiEventsUrl } = await running('nestjs');
    expect((await createBrowser().open(`${hiEventsUrl}/tickets`)).status).toBe(403);
    const person = await signIn('nestjs');
    expect((await person.open(`${hiEventsUrl}/tickets`)).html).toBe('["Summer Street Festival"]');
  });
});

describe('npm run example', () => {
  it('says which port is taken, and what to set', async () => {
    const { hiEventsUrl } = await running('fastify');
    await expect(startExample('nestjs', { TUVENS_URL: hiEventsUrl })).rejects.toThrow(
      `${hiEventsUrl} cannot be used (EADDRINUSE): set TUVENS_URL`,
    );
  });

  it.each(NAMES)('leaves nothing of %s running, and has printed no token', async (name) => {
    const example = await running(name);
    const { tuvensUrl, hiEventsUrl } = example;
    const { exitCode, printed } = await example.stop();
    expect(exitCode).toBe(0);
    expect(printed).not.toMatch(/handoff_[\w-]{56}|error/i);
    for (const url of [tuvensUrl, hiEventsUrl]) await expect(fetch(url)).rejects.toThrow('fetch failed');
  });

  it('needs no database of anybody, and leaves nothing running even when it is killed', async () => {
    const example = startExample('express-shared-database');
    examples.set('express-shared-database', example);
    expect((await signIn('express-shared-database')).page.text).toBe('Hello Test User');
    const started = await example;
    await started.crash();
    await untilNobodyAnswers(started.tuvensUrl);
    await untilNobodyAnswers(started.hiEventsUrl);
  });

  it('says which examples there are', async () => {
    await expect(startExample('no-such')).rejects.toThrow(
      'usage: npm run example NAME, one of express-over-http, express-shared-database, fastify, nestjs',
    );
  });

  it('ends with the words of what it cannot do', async () => {
    await expect(startExample('fastify', { DATABASE_URL: 'postgres://127.0.0.1:1/none' })).rejects.toThrow(
      /cannot connect to PostgreSQL at 127.0.0.1:1/,
    );
  });
});
