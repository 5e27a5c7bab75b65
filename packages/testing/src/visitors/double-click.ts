import type { AttackReport } from '../handoff/report.js';
import { Recorder } from '../handoff/report.js';
import { resolveSetup } from '../handoff/setup.js';
import type { HandoffSetup } from '../handoff/setup.js';
import { isFine, openLink, ownForm, startBound } from '../handoff/steps.js';

/** Presses the button twice at once, and opens a landing twice at once: both must lead to the app. */
export async function doubleClick(setup: HandoffSetup): Promise<AttackReport> {
  const handoff = resolveSetup(setup);
  const record = new Recorder(handoff, 'doubleClick');
  const rule = 'double-click-is-fine';

  if (handoff.has('link')) {
    const browser = record.watch(handoff.newBrowser());
    const page = await openLink(handoff, browser, await handoff.issuer.link(handoff.person));
    const form = ownForm(handoff, page);
    const pages = form === undefined ? [] : await Promise.all([browser.submit(form), browser.submit(form)]);
    const isIn = (await handoff.signedInAs(browser)) === handoff.person.id;
    record.note(
      rule,
      isIn && pages.every(isFine),
      'two clicks at once on the button of a link are one sign-in',
    );
  }
  if (handoff.has('bound')) {
    const browser = record.watch(handoff.newBrowser());
    const { landing } = await startBound(handoff, browser);
    const tabs = [browser.tab(), browser.tab()];
    const pages = await Promise.all(tabs.map((tab) => tab.open(landing ?? handoff.landingUrl)));
    const isIn = (await handoff.signedInAs(browser)) === handoff.person.id;
    record.note(rule, isIn && pages.every(isFine), 'a bound landing opened twice at once is one sign-in');
  }
  return record.report();
}
