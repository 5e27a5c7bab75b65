import type { AttackReport } from '../handoff/report.js';
import { Recorder } from '../handoff/report.js';
import { resolveSetup } from '../handoff/setup.js';
import type { Handoff, HandoffSetup } from '../handoff/setup.js';
import { startBound } from '../handoff/steps.js';
import { noteArrival } from './arrival.js';

const HEADERS: readonly Readonly<Record<string, string>>[] = [
  { 'sec-purpose': 'prefetch' },
  { 'sec-purpose': 'prefetch;prerender' },
  { purpose: 'prefetch' },
  { 'x-moz': 'prefetch' },
];

/** The person's own browser, which loads a page before anybody has asked for it, with all its cookies. */
export async function prefetcher(setup: HandoffSetup): Promise<AttackReport> {
  const handoff = resolveSetup(setup);
  const record = new Recorder(handoff, 'prefetcher');
  for (const headers of HEADERS) {
    if (handoff.has('link')) await prefetchLink(record, handoff, headers);
    if (handoff.has('bound')) await prefetchLanding(record, handoff, headers);
  }
  return record.report();
}

async function prefetchLink(
  record: Recorder,
  handoff: Handoff,
  headers: Readonly<Record<string, string>>,
): Promise<void> {
  const link = await handoff.issuer.link(handoff.person);
  const browser = record.watch(handoff.newBrowser());
  const { requests } = await browser.open(link, { headers });
  await record.noteNoCookie('prefetch-uses-nothing', `${name(headers)} of a link sets no cookie`, requests);
  const detail = `${name(headers)} of a link leaves the token unused`;
  const isUnused = await record.noteUnused('prefetch-uses-nothing', detail);
  if (isUnused) await noteArrival(record, handoff, { link, after: name(headers) });
}

async function prefetchLanding(
  record: Recorder,
  handoff: Handoff,
  headers: Readonly<Record<string, string>>,
): Promise<void> {
  const browser = record.watch(handoff.newBrowser());
  const { tab, landing } = await startBound(handoff, browser);
  if (landing === null) return;
  await browser.tab().open(landing, { headers });
  const unused = `${name(headers)} of a bound landing leaves the token unused`;
  if (!(await record.noteUnused('prefetch-uses-nothing', unused))) return;
  await tab.goOn();
  const found = await handoff.signedInAs(browser);
  const detail = `the owner of a bound flow arrives after ${name(headers)}`;
  record.note('owner-still-arrives', found === handoff.person.id, detail);
}

function name(headers: Readonly<Record<string, string>>): string {
  return Object.entries(headers)
    .map(([header, value]) => `${header}: ${value}`)
    .join(', ');
}
