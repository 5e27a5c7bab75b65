import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import { createTestDatabase } from '@cross-app/test-database';
import knexFactory from 'knex';
import type { Knex } from 'knex';
import { openDatabase, SCHEMA } from '../src/database.js';
import { startDemo } from '../src/demo.js';
import type { Demo } from '../src/demo.js';
import type { Settings } from '../src/settings.js';
import { Browser } from '../src/walk-through/browser.js';
import type { Form, Page } from '../src/walk-through/browser.js';

export const FOLDER = resolve(__dirname, '..');
/** Where Hi.Events' own pages post to: only from there is a token of a form or link redeemed. */
export const CONTINUE = '/auth/cross-app/continue';

/** Both apps on a database of the test file's own. */
export interface TestDemo extends Demo {
  readonly sharedSecret: string;
  /** Everything that was logged. */
  readonly log: string[];
  /** To look at the tables, and to spoil them. */
  readonly knex: Knex;
}

export async function startTestDemo(settings: Partial<Settings> = {}): Promise<TestDemo> {
  const { url } = await createTestDatabase({ template: 'demo', migrate });
  const sharedSecret = randomBytes(32).toString('hex');
  const log: string[] = [];
  const demo = await startDemo(
    {
      databaseUrl: url,
      tuvensPort: 0,
      hiEventsPort: 0,
      hiEventsOrigin: undefined,
      sharedSecret,
      isSecretMade: false,
      redeem: 'database',
      tuvensApiUrl: undefined,
      rateLimits: true,
      client: {},
      ttlSeconds: 900,
      ...settings,
    },
    { folder: FOLDER, log: (line) => log.push(line) },
  );
  const knex = knexFactory({ client: 'pg', connection: url, searchPath: [SCHEMA], pool: { min: 0 } });
  const stop = async (): Promise<void> => {
    await knex.destroy();
    await demo.stop();
  };
  return { ...demo, sharedSecret, log, knex, stop };
}

async function migrate(url: string): Promise<void> {
  const database = await openDatabase(url);
  await database.close();
}

/** The form of the page that goes to this path. */
export function formTo(page: Page, path: string): Form {
  const form = page.forms.find(({ action }) => new URL(action).pathname === path);
  if (form === undefined) throw new TypeError(`no form to ${path} on the page: ${page.text}`);
  return form;
}

export function tokenIn({ fields }: Form): string {
  return fields['session_token'] ?? '';
}

/** A browser that is signed in at Tuvens, and what it shows then. */
export async function signInAtTuvens(
  { tuvensUrl }: Demo,
  email = 'organizer@example.com',
): Promise<{ browser: Browser; home: Page }> {
  const browser = new Browser();
  const signInPage = await browser.open(`${tuvensUrl}/`);
  const home = await browser.submit(formTo(signInPage, '/sign-in'), { email, password: 'demo' });
  return { browser, home };
}

/** What Tuvens gives a signed-in browser to post to Hi.Events. */
export async function requestHandoff(demo: Demo, accountId = '1'): Promise<{ browser: Browser; form: Form }> {
  const { browser, home } = await signInAtTuvens(demo);
  const page = await browser.submit(formTo(home, '/add-ticketing'), { account_id: accountId });
  return { browser, form: formTo(page, '/auth/cross-app') };
}

/** The form of a page of Tuvens with this token. */
export function formWith({ tuvensUrl, hiEventsUrl }: Demo, token: string): Form {
  const fields = { session_token: token, source: 'tuvens' };
  return { action: `${hiEventsUrl}/auth/cross-app`, origin: tuvensUrl, fields, choices: [] };
}

/** Goes on from Tuvens' page to Hi.Events, as its script or its button does, and on from there. */
export async function arrive(browser: Browser, form: Form): Promise<Page> {
  const landed = await browser.submit(form);
  const next = landed.forms.find(({ action }) => action.endsWith(CONTINUE));
  return next === undefined ? landed : await browser.submit(next);
}

/** What Hi.Events shows the browser, once it has heard that the sign-in has ended. It waits for four seconds at most. */
export async function untilSignedOut({ hiEventsUrl }: Demo, browser: Browser): Promise<Page> {
  for (let attempt = 0; ; attempt += 1) {
    const page = await browser.open(hiEventsUrl);
    if (page.text.includes('You are not signed in') || attempt === 200) return page;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** A POST as curl sends it: no cookie, no header of a browser. */
export function postForm(
  url: string,
  fields: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  return fetch(url, { method: 'POST', body: new URLSearchParams(fields), headers, redirect: 'manual' });
}

export function postJson(
  url: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    body: typeof body === 'string' ? body : JSON.stringify(body),
    headers: { ...headers, 'content-type': 'application/json' },
  });
}
