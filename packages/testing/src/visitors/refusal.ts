import type { AttackReport } from '../handoff/report.js';
import { Recorder } from '../handoff/report.js';
import { resolveSetup } from '../handoff/setup.js';
import type { HandoffSetup } from '../handoff/setup.js';
import { startBound } from '../handoff/steps.js';

const ERRORS = [
  'access_denied',
  'login_required',
  'temporarily_unavailable',
  'server_error',
  'invalid_request',
];

/** A source app that sends back an error of RFC 6749, section 4.1.2.1, instead of a token. */
export async function refusal(setup: HandoffSetup): Promise<AttackReport> {
  const handoff = resolveSetup(setup);
  const record = new Recorder(handoff, 'refusal');
  if (!handoff.has('bound')) return record.report();
  const { issuer } = handoff;
  try {
    for (const error of [...ERRORS, 'never_heard_of']) {
      issuer.misbehave({ error });
      const browser = record.watch(handoff.newBrowser());
      const { tab, landing } = await startBound(handoff, browser);
      const page = landing === null ? tab.page : await tab.goOn();
      await record.noteNotSignedIn('refusal-is-a-page', browser, { detail: `${error} signs nobody in` });
      const isPage = page.failure === null && page.status !== 500 && page.text !== '';
      record.note('refusal-is-a-page', isPage, `${error} is shown to a person`);
    }
  } finally {
    issuer.misbehave();
  }
  return record.report();
}
