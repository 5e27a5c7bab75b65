import type { AttackReport } from '../handoff/report.js';
import { Recorder } from '../handoff/report.js';
import { resolveSetup } from '../handoff/setup.js';
import type { HandoffSetup } from '../handoff/setup.js';
import { openLink, pressOn, startBound } from '../handoff/steps.js';

/** Knows the cookies that the victim's browser has before the sign-in, having put them there, and uses them after. */
export async function fixation(setup: HandoffSetup): Promise<AttackReport> {
  const handoff = resolveSetup(setup);
  const record = new Recorder(handoff, 'fixation');
  const { origin } = handoff;
  const victim = handoff.newBrowser();
  await handoff.signedInAs(victim);
  await victim.open(`${origin}/`);
  const known = Object.entries(await victim.cookies(`${origin}/`));

  if (handoff.has('bound')) {
    const { tab, landing } = await startBound(handoff, victim);
    if (landing !== null) await tab.goOn();
  } else {
    await openLink(handoff, victim, await handoff.issuer.link(handoff.person));
    await pressOn(handoff, victim);
  }
  const cookie = known.map(([name, value]) => `${name}=${value}`).join('; ');
  const attacker = record.watch(handoff.newBrowser(cookie === '' ? {} : { headers: { cookie } }));
  const detail = 'cookies from before the sign-in are signed in as nobody';
  await record.noteNotSignedIn('no-fixation', attacker, { detail });
  return record.report();
}
