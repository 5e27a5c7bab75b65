import type { Handoff } from '../handoff/setup.js';
import type { Recorder } from '../handoff/report.js';
import { openLink, pressOn } from '../handoff/steps.js';

/** The owner of a link uses it after all, and has to arrive. */
export async function noteArrival(
  record: Recorder,
  handoff: Handoff,
  { link, after }: { link: string; after: string },
): Promise<void> {
  const owner = handoff.newBrowser();
  await openLink(handoff, owner, link);
  await pressOn(handoff, owner);
  const found = await handoff.signedInAs(owner);
  record.note(
    'owner-still-arrives',
    found === handoff.person.id,
    `the owner of a link arrives after ${after}`,
  );
}
