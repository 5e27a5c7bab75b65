import { TOKEN_PATTERN } from '@cross-app/protocol';
import type { Browser } from '../browser/browser.js';
import type { AttackReport } from '../handoff/report.js';
import { Recorder } from '../handoff/report.js';
import { resolveSetup } from '../handoff/setup.js';
import type { Handoff, HandoffSetup } from '../handoff/setup.js';
import { openLink, pressOn, startBound } from '../handoff/steps.js';

/** Reads what browsers tell others and keep: `Referer` of later requests, and copies in caches. */
export async function eavesdropper(setup: HandoffSetup): Promise<AttackReport> {
  const handoff = resolveSetup(setup);
  const record = new Recorder(handoff, 'eavesdropper');
  if (handoff.has('bound')) {
    const browser = record.watch(handoff.newBrowser());
    const { tab, landing } = await startBound(handoff, browser);
    if (landing !== null) await tab.goOn();
    await note(record, handoff, { browser, flow: 'a bound flow' });
  }
  if (handoff.has('link')) {
    const browser = record.watch(handoff.newBrowser());
    await openLink(handoff, browser, await handoff.issuer.link(handoff.person));
    await pressOn(handoff, browser);
    await note(record, handoff, { browser, flow: 'a link' });
  }
  return record.report();
}

async function note(
  record: Recorder,
  handoff: Handoff,
  { browser, flow }: { browser: Browser; flow: string },
): Promise<void> {
  const isIn = (await handoff.signedInAs(browser)) === handoff.person.id;
  record.note('flow-works', isIn, `${flow} signs its owner in`);
  const { requests } = browser;
  const isQuiet = requests.every(({ headers }) => !hasToken(headers['referer'] ?? ''));
  record.note('not-in-referer', isQuiet, `no request of ${flow} has the token in its Referer`);
  const withToken = requests.filter(({ url, body }) => hasToken(url) || hasToken(body ?? ''));
  const isUncached = withToken.every(({ replyHeaders }) =>
    (replyHeaders['cache-control'] ?? '').includes('no-store'),
  );
  record.note('not-cached', isUncached, `no reply to a token of ${flow} is stored`);
}

function hasToken(text: string): boolean {
  return new RegExp(TOKEN_PATTERN).test(text);
}
