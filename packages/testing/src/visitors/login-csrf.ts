import type { Browser } from '../browser/browser.js';
import type { PageForm } from '../browser/form.js';
import type { AttackReport } from '../handoff/report.js';
import { Recorder } from '../handoff/report.js';
import { EVIL, resolveSetup } from '../handoff/setup.js';
import type { Handoff, HandoffSetup } from '../handoff/setup.js';
import { openLink, ownForm, startBound } from '../handoff/steps.js';
import { hidden } from '../issuer/pages.js';

/**
 * Wants the victim to be signed in as the attacker, and to leave their card number there: the attacker's token comes
 * into the victim's browser as a link, by a form of a page of the attacker, and as a landing that the attacker began.
 */
export async function loginCsrf(setup: HandoffSetup): Promise<AttackReport> {
  const handoff = resolveSetup(setup);
  const record = new Recorder(handoff, 'loginCsrf');
  if (handoff.has('link')) {
    await byLink(record, handoff);
    await byContinueForm(record, handoff);
  }
  if (handoff.has('form')) await byLandingForm(record, handoff);
  if (handoff.has('bound')) {
    await byForgedLanding(record, handoff);
    await byDowngrade(record, handoff);
  }
  return record.report();
}

/** The victim has been at the target app before, and runs scripts. */
async function newVictim(record: Recorder, handoff: Handoff): Promise<Browser> {
  const victim = record.watch(handoff.newBrowser({ withScripts: true }));
  if (handoff.has('bound')) await startBound(handoff, victim);
  return victim;
}

async function byLink(record: Recorder, handoff: Handoff): Promise<void> {
  const victim = await newVictim(record, handoff);
  victim.show(`${EVIL}/`, '');
  await victim.follow(await handoff.issuer.link(handoff.attacker));
  await record.noteNotSignedIn('no-login-csrf', victim, { detail: "an attacker's link asks first" });
}

async function byLandingForm(record: Recorder, handoff: Handoff): Promise<void> {
  const victim = await newVictim(record, handoff);
  const { action, fields } = await handoff.issuer.form(handoff.attacker);
  await postFrom(EVIL, victim, { action, fields });
  const detail = 'a form of a foreign page that posts a token to the landing signs nobody in';
  await record.noteNotSignedIn('no-login-csrf', victim, { detail });
}

/** With what the attacker is shown in their own browser, and with the token alone. */
async function byContinueForm(record: Recorder, handoff: Handoff): Promise<void> {
  const link = await handoff.issuer.link(handoff.attacker);
  const attacker = handoff.newBrowser();
  const form = ownForm(handoff, await openLink(handoff, attacker, link));
  const token = new URL(link).searchParams.get('session_token') ?? '';
  const attempts = [
    { action: handoff.continueUrl, fields: { session_token: token } },
    ...(form === undefined ? [] : [form]),
  ];
  for (const from of [EVIL, siblingOf(handoff)]) {
    for (const { action, fields } of attempts) {
      const victim = await newVictim(record, handoff);
      await victim.open(link);
      await postFrom(from, victim, { action, fields });
      const detail = `a form of ${from} that posts an attacker's confirmation signs nobody in`;
      await record.noteNotSignedIn('no-login-csrf', victim, { detail });
    }
  }
}

/** Another subdomain, with pages of who knows whom: one site, so SameSite keeps no cookie back. */
function siblingOf({ origin }: Handoff): string {
  const { protocol, hostname } = new URL(origin);
  return `${protocol}//pages.${hostname}`;
}

async function byForgedLanding(record: Recorder, handoff: Handoff): Promise<void> {
  const { landing } = await startBound(handoff, handoff.newBrowser(), handoff.attacker);
  if (landing === null) return;
  const victim = await newVictim(record, handoff);
  victim.show(`${EVIL}/`, '');
  await victim.follow(landing);
  const detail = "a landing that an attacker's browser began signs nobody in";
  await record.noteNotSignedIn('no-login-csrf', victim, { detail });
}

/** The victim's own flow, with a token that is bound to no browser at all (RFC 9700, section 2.1.1). */
async function byDowngrade(record: Recorder, handoff: Handoff): Promise<void> {
  const victim = record.watch(handoff.newBrowser({ withScripts: true }));
  const { landing } = await startBound(handoff, victim);
  if (landing === null) return;
  const forged = new URL(landing);
  const link = new URL(await handoff.issuer.link(handoff.attacker));
  forged.searchParams.set('session_token', link.searchParams.get('session_token') ?? '');
  victim.show(`${EVIL}/`, '');
  await victim.follow(forged.href);
  const detail = 'a token without a challenge signs nobody in by a bound landing';
  await record.noteNotSignedIn('no-downgrade', victim, { detail });
}

async function postFrom(
  origin: string,
  victim: Browser,
  { action, fields }: Pick<PageForm, 'action' | 'fields'>,
): Promise<void> {
  const inputs = Object.entries(fields).map(([name, value]) => hidden(name, value));
  victim.show(`${origin}/`, `<form method="post" action="${action}">${inputs.join('')}</form>`);
  await victim.submit();
}
