import type { CrossAppErrorCode } from '@cross-app/protocol';

/** A form of a page: what its button posts. */
export interface PageForm {
  /** Where to, absolute or below this host. */
  readonly action: string;
  /** Hidden inputs, by name. */
  readonly fields: Readonly<Record<string, string>>;
}

/** Somebody as a page names them. */
export interface PagePerson {
  readonly name: string;
  readonly email: string | null;
}

/** "Continue as Test User (test@example.com) to Hi.Events?" of a link; nothing is used up before the button. */
export interface ConfirmPage {
  readonly kind: 'confirm';
  /** The app they come from, and this one, by the names that people know. */
  readonly source: string;
  readonly target: string;
  readonly person: PagePerson;
  /** The account that they would act for, or null. */
  readonly account: string | null;
  readonly form: PageForm;
  /** Where "No" leads. */
  readonly cancelUrl: string;
}

/** Somebody else is signed in here: go on as the one who arrives, or stay. */
export interface SwitchPage extends Omit<ConfirmPage, 'kind'> {
  readonly kind: 'switch';
  /** Who is signed in now. */
  readonly current: PagePerson;
}

/** On its way: a form that a script sends at once, and a button where there is no script. */
export interface ContinuePage {
  readonly kind: 'continue';
  /** The app that the form goes to. */
  readonly target: string;
  readonly form: PageForm;
}

/** The person has several accounts, and none was named. */
export interface ChooseAccountPage {
  readonly kind: 'choose-account';
  readonly target: string;
  readonly person: PagePerson | null;
  readonly accounts: readonly { readonly id: string; readonly name: string }[];
  /** The choice goes along as `account_id`. */
  readonly form: PageForm;
  readonly cancelUrl: string | null;
}

/**
 * What went wrong, as far as the request itself says it. A refusal says nothing of the token that whoever holds it
 * could not read in it: only `expired`, which the token carries, and `done`, which this browser knows.
 */
export type PageProblem =
  /** The token's own expiry has passed. */
  | 'expired'
  /** This browser has used it before, and has signed out since. */
  | 'done'
  /** Not known, used, revoked, another app's, another browser's: all alike. */
  | 'refused'
  /** It comes from an app or a page that is not known here. */
  | 'wrong-app'
  /** The browser came back without our cookie, or with another flow's. */
  | 'cookies'
  /** Somebody else is signed in, and the host's policy is to refuse. */
  | 'someone-else'
  /** The person may not act for that account. */
  | 'account'
  /** The link or form is broken. */
  | 'malformed'
  /** Too often. */
  | 'too-often'
  /** No answer from the database or from the source app. */
  | 'unavailable';

/** Something went wrong: what it was, and the one thing to do next. */
export interface ErrorPage {
  readonly kind: 'error';
  readonly problem: PageProblem;
  /** The public code: six reasons share `invalid_token`. */
  readonly code: CrossAppErrorCode;
  /** Also in the log entry of this refusal. */
  readonly errorId: string;
  /** Where the one thing to do leads: mostly to the app they came from, for a new link. */
  readonly next: { readonly url: string; readonly app: string } | null;
}

/** Every page that this package shows. */
export type CrossAppPage = ConfirmPage | SwitchPage | ContinuePage | ChooseAccountPage | ErrorPage;
