// What the requests of this demo mean, in words.
import type { Exchange, Party } from './exchange.js';

export type AppParty = Extract<Party, 'tuvens' | 'hi-events'>;

/** What an app is asked. */
export interface Asked {
  readonly app: AppParty;
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
}

/** How it answers. */
export interface Answered {
  /** Undefined when whoever asked has gone before there was an answer. */
  readonly status: number | undefined;
  /** Where it sends a browser. */
  readonly location: string | undefined;
}

interface Entry {
  /** Whoever else asks than a browser. */
  readonly caller?: Party;
  /** What a person begins with it. */
  readonly story?: string;
  readonly meaning: string | ((answered: Answered) => string);
}

const NOT_RECORDED = new Set(['/favicon.ico', '/api/cross-app/health', '/api/cross-app/openapi.json']);

const ENTRIES: Readonly<Record<AppParty, Readonly<Record<string, Entry>>>> = {
  tuvens: {
    'GET /': { meaning: 'Tuvens shows its page.' },
    'POST /sign-in': { story: 'Sign in at Tuvens', meaning: 'Tuvens checks the password.' },
    'POST /sign-out': { story: 'Sign out of Tuvens', meaning: 'Tuvens ends its own sign-in, and no other.' },
    'POST /sign-out-everywhere': {
      story: 'Sign out everywhere',
      meaning: 'Tuvens ends its own sign-ins, and revokes all that it has issued for this person.',
    },
    'POST /add-ticketing': {
      story: 'Add ticketing: a token in a form',
      meaning: 'Tuvens issues a token, and answers with a form for Hi.Events that sends itself.',
    },
    'POST /copy-link': {
      story: 'Copy a link: a token in a URL',
      meaning: 'Tuvens issues a token, and shows a link that has it.',
    },
    'POST /access-token': {
      story: 'Add ticketing: a token in a form',
      meaning: 'The script of Tuvens’ page proves who it is, for a minute.',
    },
    'POST /api/auth/login': { story: 'A script calls Tuvens’ API', meaning: 'Tuvens checks the password.' },
    'POST /api/cross-app/generate-session': { meaning: 'Tuvens issues a token, for a form or a link.' },
    'GET /api/cross-app/authorize': { meaning: describeAuthorize },
    'POST /api/cross-app/authorize': {
      meaning: 'The person has chosen an account. Tuvens issues a token, and sends the browser back.',
    },
    'POST /api/cross-app/validate-session': {
      caller: 'hi-events',
      meaning: 'Hi.Events’ server redeems the token, which is used up now.',
    },
    'POST /api/cross-app/inspect-session': {
      caller: 'hi-events',
      meaning: 'Hi.Events’ server asks who the token stands for. It stays usable.',
    },
    'GET /api/cross-app/user-accounts': {
      caller: 'hi-events',
      meaning: 'Hi.Events’ server asks which accounts the person has.',
    },
    'POST /api/cross-app/validate-permission': {
      caller: 'hi-events',
      meaning: 'Hi.Events’ server asks what the person may do.',
    },
    'POST /api/cross-app/revoke-session': { caller: 'hi-events', meaning: 'A token is revoked.' },
    'POST /api/cross-app/revoke-sessions': { caller: 'hi-events', meaning: 'Tokens are revoked.' },
  },
  'hi-events': {
    'GET /': { meaning: 'Hi.Events shows its page, at a URL without a token.' },
    'POST /sign-out': { story: 'Sign out of Hi.Events', meaning: 'Hi.Events ends its own sign-in.' },
    'GET /auth/cross-app/start': {
      story: 'Sign in with Tuvens: bound to this browser',
      meaning: 'Hi.Events gives this browser a secret in a cookie, and sends it to ask Tuvens.',
    },
    'GET /auth/cross-app with state': {
      meaning:
        'The browser is back with the token. It is redeemed with the secret of its cookie, or refused.',
    },
    'GET /auth/cross-app': {
      story: 'A link is opened',
      meaning: 'Hi.Events asks who the link is for. Nothing is used up: scanners open links too.',
    },
    'POST /auth/cross-app': { meaning: 'The form arrives from Tuvens. Nothing is used up yet.' },
    'POST /auth/cross-app/continue': {
      meaning: 'Hi.Events’ own page goes on: now the token is redeemed, and the person signed in.',
    },
    'POST /auth/cross-app/back-channel-logout': {
      caller: 'tuvens',
      meaning: 'Tuvens’ server tells Hi.Events’ server whose sign-in has ended.',
    },
  },
};

function describeAuthorize({ status = 0, location = '' }: Answered): string {
  if (location.includes('session_token=')) {
    return 'Tuvens knows who this is, issues a token for this browser alone, and sends it back.';
  }
  if (location.includes('continue='))
    return 'Tuvens does not know who this is, and asks for the password first.';
  return status === 200
    ? 'Tuvens asks for which account it is.'
    : 'Tuvens issues nothing, and says so to Hi.Events.';
}

/** What it means, who asked, and what was begun with it; undefined for what is not worth a line. */
export function meaningOf(
  asked: Asked,
  answered: Answered,
): Pick<Exchange, 'caller' | 'meaning' | 'story'> | undefined {
  if (NOT_RECORDED.has(asked.path)) return undefined;
  const { caller = 'browser', story = null, meaning } = entryOf(asked);
  return {
    caller,
    story,
    meaning: typeof meaning === 'string' ? meaning : meaning(answered),
  };
}

function entryOf({ app, method, path, query }: Asked): Entry {
  const name = `${method} ${path.length > 1 ? path.replace(/\/$/, '') : path}`;
  const entries = ENTRIES[app];
  const key = query.has('state') && `${name} with state` in entries ? `${name} with state` : name;
  return (Object.hasOwn(entries, key) ? entries[key] : undefined) ?? { meaning: 'Not a part of a handoff.' };
}
