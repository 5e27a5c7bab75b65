import type { AttackReport } from '../handoff/report.js';
import { Recorder } from '../handoff/report.js';
import { resolveSetup } from '../handoff/setup.js';
import type { HandoffSetup } from '../handoff/setup.js';
import { isFine, openLink, pressOn } from '../handoff/steps.js';

/** Signs in by a link, goes back to the page that asked, and presses its button again if it is still there. */
export async function back(setup: HandoffSetup): Promise<AttackReport> {
  const handoff = resolveSetup(setup);
  const record = new Recorder(handoff, 'back');
  if (!handoff.has('link')) return record.report();
  const browser = record.watch(handoff.newBrowser());
  await openLink(handoff, browser, await handoff.issuer.link(handoff.person));
  await pressOn(handoff, browser);
  const before = await browser.back();
  const page = await pressOn(handoff, browser);
  const isIn = (await handoff.signedInAs(browser)) === handoff.person.id;
  record.note(
    'back-is-fine',
    isIn && isFine(before) && isFine(page),
    'the way back and the button again are fine',
  );
  return record.report();
}
