import type { AttackReport } from '../handoff/report.js';
import { Recorder } from '../handoff/report.js';
import { resolveSetup } from '../handoff/setup.js';
import type { Handoff, HandoffSetup } from '../handoff/setup.js';
import { isFine, openLink, pressOn, startBound } from '../handoff/steps.js';

/**
 * Uses a token again that the owner has used: in another browser, in the owner's own, where it is no attack, and there
 * once more after a sign-out.
 */
export async function replayer(setup: HandoffSetup): Promise<AttackReport> {
  const handoff = resolveSetup(setup);
  const record = new Recorder(handoff, 'replayer');
  if (handoff.has('link')) await replayLink(record, handoff);
  if (handoff.has('bound')) await replayLanding(record, handoff);
  return record.report();
}

async function replayLink(record: Recorder, handoff: Handoff): Promise<void> {
  const owner = handoff.newBrowser();
  const link = await handoff.issuer.link(handoff.person);
  await openLink(handoff, owner, link);
  await pressOn(handoff, owner);
  await replay(record, handoff, { owner, url: link, what: 'a used link' });
}

async function replayLanding(record: Recorder, handoff: Handoff): Promise<void> {
  const owner = handoff.newBrowser();
  const { tab, landing } = await startBound(handoff, owner);
  if (landing === null) return;
  await tab.goOn();
  await replay(record, handoff, { owner, url: landing, what: 'a used bound landing' });
}

async function replay(
  record: Recorder,
  handoff: Handoff,
  { owner, url, what }: { owner: ReturnType<Handoff['newBrowser']>; url: string; what: string },
): Promise<void> {
  const other = record.watch(handoff.newBrowser());
  await other.open(url);
  await pressOn(handoff, other);
  await record.noteNotSignedIn('no-replay', other, { detail: `${what} signs no other browser in` });

  const again = owner.tab();
  await openLink(handoff, again, url);
  const page = await pressOn(handoff, again);
  const isStill = (await handoff.signedInAs(owner)) === handoff.person.id;
  record.note('reload-is-fine', isFine(page) && isStill, `${what} leads its own browser to the app again`);

  if (handoff.signOut === undefined) return;
  await handoff.signOut(owner);
  await openLink(handoff, again, url);
  await pressOn(handoff, again);
  await record.noteNotSignedIn('sign-out-lasts', owner, {
    detail: `${what} signs nobody in after a sign-out`,
  });
}
