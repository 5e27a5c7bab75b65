import type { RequestListener } from 'node:http';
import { startChromium } from '@cross-app/chromium';
import type { ChromiumOptions } from '@cross-app/chromium';
import { createCrossAppSessions } from '@cross-app/core';
import type { DatabaseSessions } from '@cross-app/core';
import type { CrossAppIssuerOptions, CrossAppSignInOptions } from '@cross-app/express';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { openDatabase } from './database.js';
import { createHiEvents, MOUNT } from './hi-events.js';
import { html } from './html.js';
import { createTuvens } from './tuvens.js';
import { openWeb, passAll } from './web.js';
import type { Network, Received } from './web.js';

/** What the two apps share. */
export const SECRET = 'shared-by-tuvens-and-hi-events-only';

/** How Hi.Events and Tuvens are, beside what they always are. */
export interface Changes {
  readonly hiEvents?: Partial<CrossAppSignInOptions>;
  readonly tuvens?: Partial<CrossAppIssuerOptions>;
}

/** Tuvens, Hi.Events and a third site, a database, and a Chromium that can visit them. */
export interface Stage {
  readonly tuvens: string;
  readonly hiEvents: string;
  readonly landing: string;
  readonly evil: string;
  readonly sessions: DatabaseSessions;
  /** Tuvens as it is now. */
  readonly tuvensApp: RequestListener;
  /** Every request that arrived since the test began. */
  readonly received: Received[];
  /** Makes both apps anew: nobody is signed in. */
  reset(changes?: Changes): Promise<void>;
  /** Puts this between browsers and the apps, until the next test. */
  meddle(network: Network): void;
  /** A page of a new browser profile. */
  visitor(options?: BrowserContextOptions): Promise<Page>;
  /** Puts this on the third site's front page. */
  showEvil(...body: readonly string[]): void;
  /** Handoffs so far, and how many of them are used. */
  count(): Promise<{ all: number; used: number }>;
  close(): Promise<void>;
}

/** What stays the same for all tests of a file. */
export interface StageOptions extends ChromiumOptions {
  readonly scheme?: 'https' | 'http';
}

export async function openStage({ scheme = 'https', ...options }: StageOptions = {}): Promise<Stage> {
  const [knex, web] = await Promise.all([openDatabase(), openWeb(scheme)]);
  const browser = await startChromium({ ...options, args: [...web.chromiumArgs, ...(options.args ?? [])] });
  const sessions = createCrossAppSessions({ knex, appId: 'tuvens' });
  const [tuvens, hiEvents, evil] = [web.originOf('tuvens'), web.originOf('hi-events'), web.originOf('evil')];
  const landing = hiEvents + MOUNT;
  const source = { sessions, origin: tuvens, landingUrl: landing, secret: SECRET };
  let tuvensApp: RequestListener = () => undefined;
  let closeApps = (): Promise<void> => Promise.resolve();

  return {
    tuvens,
    hiEvents,
    landing,
    evil,
    sessions,
    received: web.received,
    tuvensApp: (req, res) => {
      tuvensApp(req, res);
    },
    async reset(changes = {}) {
      await Promise.all(browser.contexts().map((context) => context.close()));
      await closeApps();
      await knex('cross_app_sessions').delete();
      web.received.length = 0;
      web.network = passAll;
      const target = createHiEvents({ sessions, origin: hiEvents, tuvens, changes: changes.hiEvents });
      closeApps = () => target.guard.close();
      web.host('hi-events', target.app);
      tuvensApp = createTuvens({ ...source, changes: changes.tuvens });
      web.host('tuvens', tuvensApp);
    },
    meddle(network) {
      web.network = network;
    },
    async visitor(visit) {
      const context = await browser.newContext(visit);
      context.setDefaultTimeout(20_000);
      return await context.newPage();
    },
    showEvil(...body) {
      web.host('evil', (_req, res) => {
        res.setHeader('Content-Type', 'text/html; charset=utf-8').end(html('Win a prize', ...body));
      });
    },
    async count() {
      const rows = await knex<{ used_at: Date | null }>('cross_app_sessions').select('used_at');
      return { all: rows.length, used: rows.filter((row) => row.used_at !== null).length };
    },
    async close() {
      await browser.close();
      await closeApps();
      await web.close();
      await knex.destroy();
    },
  };
}
