// Tuvens' page where JavaScript runs. Its form works without: this only saves the page in between.
import { CrossAppError, createHandoffLauncher } from '@cross-app/sdk';
import { failureText } from './failure-text.js';

const form = document.querySelector<HTMLFormElement>('form[data-landing]');
const button = form?.querySelector('button');
const alert = form?.querySelector<HTMLElement>('[role="alert"]');
if (form && button && alert) enhance({ form, button, alert });

interface Parts {
  readonly form: HTMLFormElement;
  readonly button: HTMLButtonElement;
  readonly alert: HTMLElement;
}

function enhance(parts: Parts): void {
  const { landing = '', event = '' } = parts.form.dataset;
  const launcher = createHandoffLauncher({
    issuerUrl: '/api/cross-app',
    accessToken: fetchAccessToken,
    landingUrl: landing,
    targetApp: 'hi-events',
    checkLanding: true,
  });
  const show = showState(parts);

  parts.form.addEventListener('submit', (submit) => {
    // The button of another way, which needs no script.
    if (submit.submitter?.hasAttribute('formaction') === true) return;
    submit.preventDefault();
    show('busy');
    const accountId = new FormData(parts.form).get('account_id');
    launcher
      .launch({
        accountId: typeof accountId === 'string' ? accountId : null,
        payload: { event },
        source: 'tuvens',
      })
      .catch((error: unknown) => {
        show('ready', failureText(error));
      });
  });
  window.addEventListener('pageshow', ({ persisted }) => {
    if (persisted) show('ready');
  });
}

// The button stays enabled: disabled it would lose the focus, and a second click starts nothing anyway.
function showState({ form, button, alert }: Parts): (state: 'busy' | 'ready', failure?: string) => void {
  const label = button.textContent;
  return (state, failure = '') => {
    form.setAttribute('aria-busy', String(state === 'busy'));
    button.setAttribute('aria-disabled', String(state === 'busy'));
    button.textContent = state === 'busy' ? 'Taking you to Hi.Events…' : label;
    alert.hidden = failure === '';
    alert.textContent = failure;
  };
}

// Fetched for each handoff and kept nowhere: nothing in the page has it to lose.
async function fetchAccessToken(): Promise<string> {
  const reply = await fetch('/access-token', { method: 'POST' });
  if (reply.status === 401) throw new CrossAppError('user_unauthenticated');
  if (!reply.ok) throw new CrossAppError('store_unavailable');
  const { access_token } = (await reply.json()) as { access_token: string };
  return access_token;
}
