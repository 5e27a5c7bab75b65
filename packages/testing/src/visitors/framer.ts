import { readPolicy } from '../browser/content-security-policy.js';
import type { Page } from '../browser/page.js';
import type { AttackReport } from '../handoff/report.js';
import { Recorder } from '../handoff/report.js';
import { EVIL, resolveSetup } from '../handoff/setup.js';
import type { HandoffSetup } from '../handoff/setup.js';
import { openLink } from '../handoff/steps.js';

/** Lays the target app's pages into a frame of its own, invisible, with a button of its own below theirs. */
export async function framer(setup: HandoffSetup): Promise<AttackReport> {
  const handoff = resolveSetup(setup);
  const record = new Recorder(handoff, 'framer');
  const note = (page: Page, what: string): void => {
    const isFramable = readPolicy(page.headers, new URL(page.url)).allowsFrameOf(new URL(EVIL));
    record.note('no-framing', !isFramable, `${what} cannot be framed`);
  };
  if (handoff.has('link')) {
    const browser = record.watch(handoff.newBrowser());
    const link = await handoff.issuer.link(handoff.person);
    note(await openLink(handoff, browser, link), 'the page of a link');
    const broken = `${handoff.landingUrl}?session_token=broken`;
    note(await openLink(handoff, browser, broken), 'the page of a broken link');
  }
  if (handoff.has('form')) {
    const browser = record.watch(handoff.newBrowser());
    await handoff.issuer.signIn(browser, handoff.person);
    await browser.open(`${handoff.issuer.source.origin}/handoff/form`);
    note(await browser.submit(), 'the page after a form');
  }
  return record.report();
}
