import type { Redemption } from '@cross-app/protocol';
import type { ConfirmPage, PageForm } from '../pages/page.js';
import type { Answer } from './answer.js';
import type { Claim } from './claim.js';
import type { CurrentPerson, SignInSettings } from './options.js';

/** "Continue as …?": nothing is used up until the person has pressed the button. */
export function askToContinue(settings: SignInSettings, claim: Claim, who: Redemption): Answer {
  return { status: 200, page: { kind: 'confirm', ...question(settings, claim, who) } };
}

/** "Somebody else is signed in. Go on as …?" */
export function askToSwitch(
  settings: SignInSettings,
  claim: Claim,
  { who, current }: { who: Redemption; current: CurrentPerson },
): Answer {
  const { form, ...asked } = question(settings, claim, who);
  return {
    status: 200,
    page: {
      kind: 'switch',
      ...asked,
      form: { ...form, fields: { ...form.fields, switch: 'yes' } },
      current: { name: current.name, email: current.email ?? null },
    },
  };
}

/** The form that brings the same fields to `/continue`. */
export function continueForm({ landingUrl }: SignInSettings, fields: Claim['fields']): PageForm {
  const carried = (
    ['session_token', 'state', 'action', 'source', 'event_data', 'callback_url'] as const
  ).flatMap((name) => (fields[name] === undefined ? [] : [[name, fields[name]] as const]));
  return { action: `${landingUrl}/continue`, fields: Object.fromEntries(carried) };
}

function question(
  settings: SignInSettings,
  { source, fields, returnTo }: Claim,
  { user, account, session }: Redemption,
): Omit<ConfirmPage, 'kind'> {
  const known =
    source ?? settings.sources.find(({ app }) => app === session.sourceApp) ?? settings.sources[0];
  return {
    source: known.name,
    target: settings.name,
    person: { name: user.name, email: user.email },
    account: account?.name ?? account?.id ?? null,
    form: continueForm(settings, fields),
    cancelUrl: returnTo,
  };
}
