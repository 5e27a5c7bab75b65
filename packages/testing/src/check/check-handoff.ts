import type { AttackReport, Finding } from '../handoff/report.js';
import type { Rule } from '../handoff/rules.js';
import type { HandoffSetup } from '../handoff/setup.js';
import { VISITORS } from './visitors.js';

/** What came of all hostile visitors. */
export interface HandoffCheck {
  /** Every one, in the order in which it was looked at. */
  readonly findings: readonly Finding[];
  /** Those that are not ok: an empty list is what a test wants. */
  readonly failures: readonly Finding[];
  readonly reports: readonly AttackReport[];
  /** For people: what was found, rule by rule. */
  readonly summary: string;
}

/**
 * Sends every hostile visitor to a target app, one after another, and says what they found. It takes about a second.
 *
 * @throws TypeError for a setup with fewer than two people; what the app under test throws is a status.
 * @example
 * const check = await checkHandoff({
 *   issuer,
 *   resolve: { 'https://hi.events': 'http://127.0.0.1:4000' },
 *   signedInAs: async (browser) => (await browser.tab().open('https://hi.events/me')).text || null,
 * });
 * assert.deepEqual(check.failures, [], check.summary);
 */
export async function checkHandoff(setup: HandoffSetup): Promise<HandoffCheck> {
  const reports: AttackReport[] = [];
  // One at a time: they share the fake issuer, and a report says what the last token was.
  for (const visit of VISITORS) reports.push(await visit(setup));
  const findings = reports.flatMap((report) => report.findings);
  const failures = findings.filter(({ ok }) => !ok);
  return { findings, failures, reports, summary: summarise(findings) };
}

function summarise(findings: readonly Finding[]): string {
  const rules = [...new Set(findings.map(({ rule }) => rule))];
  return rules.map((rule) => summariseRule(rule, findings)).join('\n');
}

function summariseRule(rule: Rule, findings: readonly Finding[]): string {
  const ofRule = findings.filter((finding) => finding.rule === rule);
  const failed = ofRule.filter(({ ok }) => !ok);
  const head = `${failed.length === 0 ? 'ok    ' : 'FAILED'} ${rule} (${ofRule.length - failed.length} of ${ofRule.length})`;
  return [head, ...failed.map(({ detail }) => `       ${detail}`)].join('\n');
}
