import type { AttackReport } from '../handoff/report.js';
import { Recorder } from '../handoff/report.js';
import { resolveSetup } from '../handoff/setup.js';
import type { HandoffSetup } from '../handoff/setup.js';
import { isFine, openLink, pressOn, startBound } from '../handoff/steps.js';

/** Begins two sign-ins in two tabs of one browser, and ends them in the same order. */
export async function twoTabs(setup: HandoffSetup): Promise<AttackReport> {
  const handoff = resolveSetup(setup);
  const record = new Recorder(handoff, 'twoTabs');
  if (handoff.has('bound')) {
    const browser = record.watch(handoff.newBrowser());
    const flows = [await startBound(handoff, browser), await startBound(handoff, browser)];
    for (const [index, { tab, landing }] of flows.entries()) {
      const page = landing === null ? tab.page : await tab.goOn();
      const isIn = (await handoff.signedInAs(browser)) === handoff.person.id;
      record.note(
        'tabs-are-independent',
        isIn && isFine(page),
        `bound flow ${index + 1} of two at once arrives`,
      );
    }
  }
  if (handoff.has('link')) {
    const browser = record.watch(handoff.newBrowser());
    const tabs = [browser.tab(), browser.tab()];
    for (const tab of tabs) await openLink(handoff, tab, await handoff.issuer.link(handoff.person));
    for (const [index, tab] of tabs.entries()) {
      const page = await pressOn(handoff, tab);
      const isIn = (await handoff.signedInAs(browser)) === handoff.person.id;
      record.note('tabs-are-independent', isIn && isFine(page), `link ${index + 1} of two at once arrives`);
    }
  }
  return record.report();
}
