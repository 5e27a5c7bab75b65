import type { Browser } from '../browser/browser.js';
import type { AttackReport } from '../handoff/report.js';
import { Recorder } from '../handoff/report.js';
import type { Rule } from '../handoff/rules.js';
import { EVIL, resolveSetup } from '../handoff/setup.js';
import type { Handoff, HandoffSetup } from '../handoff/setup.js';
import { noteArrival } from './arrival.js';

/** One way to look into a link. */
interface Look {
  readonly rule: Rule;
  readonly what: string;
  readonly withScripts?: boolean;
  readonly look: (browser: Browser, link: string, handoff: Handoff) => Promise<unknown>;
}

const LOOKS: readonly Look[] = [
  {
    rule: 'head-uses-nothing',
    what: 'HEAD',
    look: (browser, link) => browser.open(link, { method: 'HEAD' }),
  },
  {
    rule: 'get-uses-nothing',
    what: 'GET, and of every link of the page',
    look: async (browser, link, { origin }) => {
      const page = await browser.open(link);
      for (const href of page.links) if (new URL(href).origin === origin) await browser.open(href);
    },
  },
  {
    rule: 'get-uses-nothing',
    what: 'GET with scripts',
    withScripts: true,
    look: (browser, link) => browser.open(link),
  },
  {
    rule: 'image-uses-nothing',
    what: 'GET as an image',
    look: (browser, link) => fromMail(browser).follow(link, { destination: 'image' }),
  },
  {
    rule: 'image-uses-nothing',
    what: 'GET in a frame',
    look: (browser, link) => fromMail(browser).follow(link, { destination: 'iframe' }),
  },
];

/**
 * A mail filter that looks into every link before the person does: HEAD, GET, every link of the page, once more with
 * scripts, as an image and in a frame. Then the person opens it.
 */
export async function scanner(setup: HandoffSetup): Promise<AttackReport> {
  const handoff = resolveSetup(setup);
  const record = new Recorder(handoff, 'scanner');
  if (!handoff.has('link')) return record.report();
  for (const { rule, what, withScripts = false, look } of LOOKS) {
    const link = await handoff.issuer.link(handoff.person);
    const browser = record.watch(handoff.newBrowser({ userAgent: 'LinkScanner/1.0', withScripts }));
    await look(browser, link, handoff);
    const isUnused = await record.noteUnused(rule, `${what} of a link leaves the token unused`);
    if (what === 'HEAD') {
      await record.noteNoCookie(rule, 'HEAD of a link sets no cookie', browser.requests);
    }
    await record.noteNotSignedIn(rule, browser, { detail: `${what} of a link signs no scanner in` });
    if (isUnused) await noteArrival(record, handoff, { link, after: what });
  }
  return record.report();
}

function fromMail(browser: Browser): Browser {
  browser.show(`${EVIL}/mail`, '');
  return browser;
}
