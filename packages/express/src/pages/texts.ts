import type { PageProblem } from './page.js';

/** Every string of the pages, in English. What stands in braces is filled in: see {@link PLACEHOLDERS}. */
export const ENGLISH = {
  'person.with-email': '{name} ({email})',

  'confirm.title': 'Continue to {target}?',
  'confirm.text': '{source} sends you to {target}. There you will be signed in as {person}.',
  'confirm.account': 'You will act for the account {account}.',
  'confirm.warning': 'Go on only if this is you, and you have just asked for it at {source}.',
  'confirm.continue': 'Continue as {name}',
  'confirm.cancel': 'No, do not sign me in',

  'switch.title': 'Somebody else is signed in at {target}',
  'switch.text': 'You are signed in as {current}. {source} sends you to sign in as {person}.',
  'switch.account': 'You would act for the account {account}.',
  'switch.warning': 'Go on only if this is you, and you have just asked for it at {source}.',
  'switch.continue': 'Sign in as {name} instead',
  'switch.cancel': 'Stay signed in as {currentName}',

  'continue.title': 'On the way to {target}',
  'continue.text': 'If nothing happens, use the button.',
  'continue.continue': 'Continue to {target}',

  'choose-account.title': 'Choose an account',
  'choose-account.person': 'You are signed in as {person}.',
  'choose-account.legend': 'For which account do you go to {target}?',
  'choose-account.continue': 'Continue to {target}',
  'choose-account.cancel': 'Do not go to {target}',

  'expired.title': 'This link has expired',
  'expired.text': 'A link that signs you in works for a short time only, and this one is too old.',
  'expired.next': 'Get a new link at {app}',

  'done.title': 'You have used this link already',
  'done.text': 'It has signed you in here once, and you have signed out since. Every link works only once.',
  'done.next': 'Get a new link at {app}',

  'refused.title': 'This link does not work (any more)',
  'refused.text': 'It may have been used, or replaced by a newer one, or be meant for another app.',
  'refused.next': 'Get a new link at {app}',

  'wrong-app.title': 'This does not come from an app that we know',
  'wrong-app.text': 'The app or page that sent you here is not registered here, so nothing was done.',
  'wrong-app.next': 'Begin again at {app}',

  'cookies.title': 'We could not recognise your browser',
  'cookies.text':
    'This happens when it blocks cookies, or when you began in another browser. Allow cookies for this site in its settings, or open this site in a new tab of the browser in which you began.',
  'cookies.next': 'Begin again at {app}',

  'someone-else.title': 'Somebody else is signed in here',
  'someone-else.text': 'To sign in as another person, sign out here first. Then begin again.',
  'someone-else.next': 'Begin again at {app}',

  'account.title': 'You were not let through',
  'account.text':
    'Either you have stopped there, or you may not use the account that you wanted to go on with.',
  'account.next': 'Choose an account at {app}',

  'malformed.title': 'This link is broken',
  'malformed.text': 'A part of it is missing or was changed, as happens when a link is copied.',
  'malformed.next': 'Get a new link at {app}',

  'too-often.title': 'That was too often',
  'too-often.text': 'There were too many attempts in a short time. Wait a minute before you try again.',
  'too-often.next': 'Try again at {app}',

  'unavailable.title': 'Signing in is not possible at the moment',
  'unavailable.text': 'The fault is on our side. Wait a minute before you try again.',
  'unavailable.next': 'Try again at {app}',

  'error.no-next': 'Go back to the app that you came from, and begin again there.',
  'error.id': 'Error id: {id}',
} as const;

/** The name of a text. */
export type PageTextKey = keyof typeof ENGLISH;

/** The texts of all pages. They are plain text: what looks like HTML in them is shown as it is. */
export type PageTexts = Readonly<Record<PageTextKey, string>>;

type TextGroup = 'person' | 'confirm' | 'switch' | 'continue' | 'choose-account' | 'error' | PageProblem;

/** What the texts of one page may use in braces, by what stands before the dot of their names. */
export const PLACEHOLDERS: Readonly<Record<TextGroup, readonly string[]>> = {
  person: ['name', 'email'],
  confirm: ['source', 'target', 'person', 'name', 'account'],
  switch: ['source', 'target', 'person', 'name', 'account', 'current', 'currentName'],
  continue: ['target'],
  'choose-account': ['target', 'person'],
  error: ['id'],
  expired: ['app'],
  done: ['app'],
  refused: ['app'],
  'wrong-app': ['app'],
  cookies: ['app'],
  'someone-else': ['app'],
  account: ['app'],
  malformed: ['app'],
  'too-often': ['app'],
  unavailable: ['app'],
};
