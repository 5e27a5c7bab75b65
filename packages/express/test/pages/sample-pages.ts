import type { ChooseAccountPage, ConfirmPage, ContinuePage, CrossAppPage } from '../../src/index.js';
import type { ErrorPage, PageProblem, SwitchPage } from '../../src/index.js';

export const PROBLEMS: readonly PageProblem[] = [
  'expired',
  'done',
  'refused',
  'wrong-app',
  'cookies',
  'someone-else',
  'account',
  'malformed',
  'too-often',
  'unavailable',
];

export const CONFIRM: ConfirmPage = {
  kind: 'confirm',
  source: 'Tuvens',
  target: 'Hi.Events',
  person: { name: 'Test User', email: 'test@example.com' },
  account: 'Test Organizer',
  form: {
    action: 'https://hi.events/auth/cross-app/continue',
    fields: { session_token: 'the-token', csrf: 'the-csrf' },
  },
  cancelUrl: 'https://hi.events/',
};

export const SWITCH: SwitchPage = {
  ...CONFIRM,
  kind: 'switch',
  current: { name: 'Other User', email: 'other@example.com' },
};

export const CONTINUE: ContinuePage = {
  kind: 'continue',
  target: 'Hi.Events',
  form: { action: 'https://hi.events/auth/cross-app', fields: { session_token: 'the-token' } },
};

export const CHOOSE_ACCOUNT: ChooseAccountPage = {
  kind: 'choose-account',
  target: 'Hi.Events',
  person: CONFIRM.person,
  accounts: [
    { id: '1', name: 'Test Organizer' },
    { id: '2', name: 'Second Organizer' },
  ],
  form: { action: '/api/cross-app/authorize', fields: { client_id: 'hi-events', state: 'the-state' } },
  cancelUrl: 'https://hi.events/auth/cross-app?error=access_denied',
};

export function errorPage(problem: PageProblem): ErrorPage {
  return {
    kind: 'error',
    problem,
    code: 'invalid_token',
    errorId: 'e7c0a1',
    next: { url: 'https://tuvens.com/', app: 'Tuvens' },
  };
}

const ERRORS = PROBLEMS.map((problem): [string, CrossAppPage] => [`error: ${problem}`, errorPage(problem)]);

/** Every page there is, by name, and each form of it that has less on it. */
export const SAMPLE_PAGES: readonly [string, CrossAppPage][] = [
  ['confirm', CONFIRM],
  [
    'confirm, no account, no e-mail',
    { ...CONFIRM, account: null, person: { name: 'Test User', email: null } },
  ],
  ['confirm, no name', { ...CONFIRM, person: { name: '', email: 'test@example.com' } }],
  ['switch', SWITCH],
  ['switch, no account', { ...SWITCH, account: null }],
  ['continue', CONTINUE],
  ['choose-account', CHOOSE_ACCOUNT],
  ['choose-account, no person, no cancel', { ...CHOOSE_ACCOUNT, person: null, cancelUrl: null }],
  ...ERRORS,
  ['error without a way on', { ...errorPage('wrong-app'), next: null }],
];
