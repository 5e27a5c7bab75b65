import type { AttackReport } from '../handoff/report.js';
import { Recorder } from '../handoff/report.js';
import { resolveSetup } from '../handoff/setup.js';
import type { Handoff, HandoffSetup } from '../handoff/setup.js';
import { isFine, openLink, ownForm, pressOn } from '../handoff/steps.js';

/**
 * Reloads the page of a link, and sends its form once more, as a browser does whose first reply was lost. For the
 * landing of a bound flow, see `replayer`.
 */
export async function reload(setup: HandoffSetup): Promise<AttackReport> {
  const handoff = resolveSetup(setup);
  const record = new Recorder(handoff, 'reload');
  if (handoff.has('link')) await reloadLink(record, handoff);
  if (handoff.has('form')) await reloadForm(record, handoff);
  return record.report();
}

async function reloadLink(record: Recorder, handoff: Handoff): Promise<void> {
  const browser = record.watch(handoff.newBrowser());
  await openLink(handoff, browser, await handoff.issuer.link(handoff.person));
  const asked = await browser.reload();
  await record.noteUnused('get-uses-nothing', 'a reload of the page of a link leaves the token unused');
  await pressOn(handoff, browser);

  const later = browser.tab();
  later.show(asked.url, asked.html, asked.headers);
  const form = ownForm(handoff, asked);
  const page = form === undefined ? asked : await later.submit(form);
  const isIn = (await handoff.signedInAs(browser)) === handoff.person.id;
  record.note('reload-is-fine', isIn && isFine(page), 'the form of a link sent again leads to the app');
}

async function reloadForm(record: Recorder, handoff: Handoff): Promise<void> {
  const browser = record.watch(handoff.newBrowser());
  await handoff.issuer.signIn(browser, handoff.person);
  await browser.open(`${handoff.issuer.source.origin}/handoff/form`);
  await browser.submit();
  await browser.reload();
  const page = await pressOn(handoff, browser);
  const isIn = (await handoff.signedInAs(browser)) === handoff.person.id;
  record.note('reload-is-fine', isIn && isFine(page), 'a posted token that is posted again leads to the app');
}
