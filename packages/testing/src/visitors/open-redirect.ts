import type { Page } from '../browser/page.js';
import type { AttackReport } from '../handoff/report.js';
import { Recorder } from '../handoff/report.js';
import { resolveSetup } from '../handoff/setup.js';
import type { Handoff, HandoffSetup } from '../handoff/setup.js';
import { openLink, pressOn, startBound } from '../handoff/steps.js';

/** Targets that have taken in parsers before. */
export const REDIRECT_PAYLOADS: readonly string[] = [
  'https://evil.example/',
  'http://evil.example/',
  '//evil.example',
  '///evil.example',
  '////evil.example/%2f..',
  '/\\evil.example',
  '\\\\evil.example',
  '/\t/evil.example',
  '/\n/evil.example',
  '/.//evil.example',
  '/..//evil.example',
  '/%09/evil.example',
  '/%2f/evil.example',
  '/%5cevil.example',
  'https:evil.example',
  'https:/evil.example',
  'https:\\\\evil.example',
  'HTTPS://evil.example',
  ' https://evil.example',
  'javascript:alert(1)',
  'data:text/html,x',
  '@evil.example',
  '.evil.example',
  ':443@evil.example',
];

/**
 * Asks to be sent elsewhere after the sign-in: as `return_to` of a bound flow, and as `callback_url` of a link.
 *
 * @param payloads default {@link REDIRECT_PAYLOADS}, and some that are made of the target app's own origin.
 */
export async function openRedirect(
  setup: HandoffSetup,
  payloads: readonly string[] = REDIRECT_PAYLOADS,
): Promise<AttackReport> {
  const handoff = resolveSetup(setup);
  const record = new Recorder(handoff, 'openRedirect');
  const { origin } = handoff;
  const all = [
    ...payloads,
    `${origin}.evil.example/`,
    `${origin}@evil.example/`,
    `${origin}:1@evil.example/`,
  ];
  for (const payload of all) {
    if (handoff.has('bound')) await redirectBound(record, handoff, payload);
    if (handoff.has('link')) await redirectLink(record, handoff, payload);
  }
  return record.report();
}

async function redirectBound(record: Recorder, handoff: Handoff, payload: string): Promise<void> {
  const browser = record.watch(handoff.newBrowser());
  const start = new URL(handoff.startUrl);
  start.searchParams.set('return_to', payload);
  const { tab, landing } = await startBound({ ...handoff, startUrl: start.href }, browser);
  const page = landing === null ? tab.page : await tab.goOn();
  noteStays(record, handoff, { page, what: `return_to=${payload}` });
}

async function redirectLink(record: Recorder, handoff: Handoff, payload: string): Promise<void> {
  const browser = record.watch(handoff.newBrowser());
  const link = await handoff.issuer.link(handoff.person, { callbackUrl: payload });
  await openLink(handoff, browser, link);
  const page = await pressOn(handoff, browser);
  noteStays(record, handoff, { page, what: `callback_url=${payload}` });
}

function noteStays(
  record: Recorder,
  { knownOrigins }: Handoff,
  { page, what }: { page: Page; what: string },
): void {
  const isKnown = knownOrigins.includes(new URL(page.url).origin);
  record.note(
    'no-open-redirect',
    isKnown && page.failure === null,
    `${JSON.stringify(what)} leads nowhere else`,
  );
}
