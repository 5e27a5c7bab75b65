import type { AttackReport } from '../handoff/report.js';
import { Recorder } from '../handoff/report.js';
import type { Rule } from '../handoff/rules.js';
import { EVIL, resolveSetup } from '../handoff/setup.js';
import type { HandoffSetup } from '../handoff/setup.js';
import { pressOn, startBound } from '../handoff/steps.js';
import type { Misbehaviour } from '../issuer/behaviour.js';

const REPLIES: readonly [rule: Rule, misbehaviour: Misbehaviour, what: string][] = [
  ['issuer-is-checked', { iss: EVIL }, 'a reply that names another issuer'],
  ['issuer-is-checked', { iss: null }, 'a reply that names no issuer'],
  ['state-is-checked', { state: 'forged' }, 'a reply with another state'],
  ['state-is-checked', { state: null }, 'a reply without state'],
];

/** A source app that is not the one that was asked, or is asked by another browser: nothing is used up. */
export async function mixUp(setup: HandoffSetup): Promise<AttackReport> {
  const handoff = resolveSetup(setup);
  const record = new Recorder(handoff, 'mixUp');
  if (!handoff.has('bound')) return record.report();
  const { issuer } = handoff;
  try {
    for (const [rule, misbehaviour, what] of REPLIES) {
      issuer.misbehave(misbehaviour);
      const browser = record.watch(handoff.newBrowser());
      const { tab, landing } = await startBound(handoff, browser);
      if (landing === null) continue;
      await tab.goOn();
      await pressOn(handoff, tab);
      await record.noteNotSignedIn(rule, browser, { detail: `${what} signs nobody in` });
      await record.noteUnused(rule, `${what} leaves the token unused`);
    }
  } finally {
    issuer.misbehave();
  }
  return record.report();
}
