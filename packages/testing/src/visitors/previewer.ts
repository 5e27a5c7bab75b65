import type { AttackReport } from '../handoff/report.js';
import { Recorder } from '../handoff/report.js';
import { resolveSetup } from '../handoff/setup.js';
import type { HandoffSetup } from '../handoff/setup.js';
import { noteArrival } from './arrival.js';

/** No browser: it says nothing of where a request comes from. */
const BARE = { 'sec-fetch-site': '', 'sec-fetch-mode': '', 'sec-fetch-dest': '', 'sec-fetch-user': '' };

/** A chat that draws a preview of every link that is sent in it. */
export async function previewer(setup: HandoffSetup): Promise<AttackReport> {
  const handoff = resolveSetup(setup);
  const record = new Recorder(handoff, 'previewer');
  if (!handoff.has('link')) return record.report();
  for (const userAgent of ['Slackbot-LinkExpanding 1.0', 'facebookexternalhit/1.1', 'Twitterbot/1.0']) {
    const link = await handoff.issuer.link(handoff.person);
    const bot = record.watch(handoff.newBrowser({ userAgent, headers: BARE }));
    await bot.open(link);
    const detail = `a preview by ${userAgent} leaves the token unused`;
    const isUnused = await record.noteUnused('get-uses-nothing', detail);
    if (isUnused) await noteArrival(record, handoff, { link, after: 'a preview' });
  }
  return record.report();
}
