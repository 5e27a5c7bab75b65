import type { AttackReport } from '../handoff/report.js';
import { Recorder } from '../handoff/report.js';
import { resolveSetup } from '../handoff/setup.js';
import type { HandoffSetup } from '../handoff/setup.js';
import { pressOn, startBound } from '../handoff/steps.js';

/** Reads the URL of a bound landing over the owner's shoulder, and opens it before the owner, and after. */
export async function thief(setup: HandoffSetup): Promise<AttackReport> {
  const handoff = resolveSetup(setup);
  const record = new Recorder(handoff, 'thief');
  if (!handoff.has('bound')) return record.report();
  const owner = handoff.newBrowser();
  const { tab } = await startBound(handoff, owner);
  const stolen = owner.steal();
  if (stolen?.url == null) return record.report();

  // One has never been here, the other has a flow of their own under way, and a cookie of it.
  const stranger = record.watch(handoff.newBrowser());
  const visitor = record.watch(handoff.newBrowser());
  await startBound(handoff, visitor, handoff.attacker);
  for (const [who, browser] of Object.entries({ stranger, visitor })) {
    await browser.open(stolen.url);
    await pressOn(handoff, browser);
    const detail = `a stolen landing signs no ${who} in before its owner`;
    await record.noteNotSignedIn('bound-to-browser', browser, { detail });
    const unused = `a ${who} uses nothing up with a stolen landing`;
    if (!(await record.noteUnused('bound-to-browser', unused, stolen.token))) return record.report();
  }
  await tab.goOn();
  const found = await handoff.signedInAs(owner);
  record.note('owner-still-arrives', found === handoff.person.id, 'the owner arrives after the thief');

  await stranger.open(stolen.url);
  await pressOn(handoff, stranger);
  const detail = 'a stolen landing signs nobody in after its owner';
  await record.noteNotSignedIn('bound-to-browser', stranger, { detail });
  return record.report();
}
