import type { CrossAppSessions, JsonValue, Redemption } from '@cross-app/protocol';
import { isAppId, isOrigin, isRedirectUri, wrongOption } from '@cross-app/protocol';
import type { ServerResponse } from 'node:http';
import { receiveLogout } from '../back-channel/receive.js';
import type { BackChannelOptions } from '../back-channel/receiver-options.js';
import { requireLogger } from '../logging/logger.js';
import type { CrossAppLogger } from '../logging/logger.js';
import { refuseUnknownKeys, requireFunction, requireVerbs } from '../options.js';
import { resolvePages } from '../pages/options.js';
import type { PageOptions, Pages } from '../pages/options.js';
import type { CrossAppHandler, CrossAppRequest } from '../request.js';
import { expressSession } from '../session.js';
import type { SessionAdapter } from '../session.js';
import { BrowserCookie } from './browser-cookie.js';
import { findReturnTo } from './return-to.js';
import { resolveSources } from './sources.js';
import type { KnownSource, SignInSource } from './sources.js';

/** Who arrived, and what they came for. */
export interface Arrival<EventData = JsonValue> extends Redemption {
  /** The id of the app that they came from, or null where neither the token nor the link says so. */
  readonly sourceApp: string | null;
  /** What they came to do, such as `create-event`. It is from the link or form, so whoever made that chose it. */
  readonly action: string | null;
  /** What the source app sent along with the token, else what the link or form had; null for nothing. */
  readonly eventData: EventData | null;
  /** `token` for what only the source app can have sent; `browser` for what a link or form had, which anybody can. */
  readonly eventDataFrom: 'token' | 'browser' | null;
}

/** Who is signed in here already. */
export interface CurrentPerson {
  /** Their id at the source app, or null where it is not known: then they count as somebody else. */
  readonly id: string | null;
  readonly name: string;
  readonly email?: string | null;
}

/** What happens when somebody else is signed in: stay them, become who arrives, ask, or refuse. */
export type SomeoneElsePolicy = 'keep' | 'switch' | 'confirm' | 'reject';

/** Options of `crossAppSignIn`. */
export interface CrossAppSignInOptions<EventData = JsonValue> {
  /** `createCrossAppSessions` of `@cross-app/core`, or `createCrossAppClient` of `@cross-app/sdk`. */
  readonly sessions: Pick<CrossAppSessions, 'redeem' | 'inspect'>;
  /** This app's id, 1 to 50 characters, as the source app knows it: only tokens for it are accepted. */
  readonly targetApp: string;
  /** This app's name as people know it. Default its id. */
  readonly name?: string;
  /**
   * Where browsers reach the path that this is mounted at, such as `https://hi.events/auth/cross-app`, and as it is
   * registered at the source app. No header of a request ever stands in for it. http is for loopback only.
   */
  readonly landingUrl: string;
  /** The app that people come from, or a list of them; the first is the one that `/start` goes to unasked. */
  readonly source: SignInSource | readonly SignInSource[];
  /**
   * Puts what the host wants to know into its session, which is a new one. It is called once for each handoff; if
   * it throws, nobody is signed in, and the same browser may try again. It must not answer the request.
   */
  onSignIn(arrival: Arrival<EventData>, req: CrossAppRequest, res: ServerResponse): Promise<void> | void;
  /**
   * Who is signed in, for hosts that have other ways to sign in. Default the person of the last handoff, as long as
   * that session lives.
   */
  currentPerson?(req: CrossAppRequest): Promise<CurrentPerson | null> | CurrentPerson | null;
  /** What happens when somebody else is signed in. Default `confirm`. */
  readonly someoneElse?: SomeoneElsePolicy;
  /** Where people go afterwards. */
  readonly returnTo?: {
    /** For who did not say: a path of this app. Default `/`. */
    readonly default?: string;
    /** Other origins that they may be sent to, such as `https://shop.hi.events`. Default none. */
    readonly origins?: readonly string[];
  };
  /**
   * Checks and types what came along; what it throws is 400 `invalid_argument`. Default any JSON. From a link or
   * form it is JSON of up to 2,000 characters.
   */
  readEventData?(json: JsonValue): EventData;
  /**
   * Takes the source app's word that a sign-in has ended, at `POST /back-channel-logout` below the mount, for an app
   * that does not share the database: `docs/sign-out.md`. Default nothing is answered there.
   */
  readonly backChannel?: BackChannelOptions;
  /** Where this app keeps its sessions. Default `expressSession()`. */
  readonly session?: SessionAdapter;
  /** Texts, language and look of the pages. */
  readonly pages?: PageOptions;
  /** Logs every sign-in that is refused or fails, with the error id of its page, and nothing secret. Default nobody. */
  readonly logger?: CrossAppLogger | undefined;
}

/** The options, checked, and what follows from them. */
export interface SignInSettings {
  readonly options: CrossAppSignInOptions<unknown>;
  readonly name: string;
  readonly landingUrl: string;
  readonly origin: string;
  readonly sources: readonly [KnownSource, ...KnownSource[]];
  readonly someoneElse: SomeoneElsePolicy;
  readonly defaultReturnTo: string;
  readonly returnOrigins: readonly string[];
  readonly session: SessionAdapter;
  readonly pages: Pages;
  readonly cookie: BrowserCookie;
  /** Answers `/back-channel-logout`, if anything does. */
  readonly backChannel: CrossAppHandler | undefined;
}

const OPTIONS = [
  'sessions',
  'targetApp',
  'name',
  'landingUrl',
  'source',
  'onSignIn',
  'currentPerson',
  'someoneElse',
  'returnTo',
  'readEventData',
  'backChannel',
  'session',
  'pages',
  'logger',
];
const POLICIES: readonly unknown[] = ['keep', 'switch', 'confirm', 'reject'];

/** @throws TypeError for options that cannot work. */
export function resolveSignInOptions<EventData>(options: CrossAppSignInOptions<EventData>): SignInSettings {
  checkOptions(options);
  const { landingUrl, targetApp, someoneElse = 'confirm', returnTo = {} } = options;
  const { origin } = new URL(landingUrl);
  const defaultReturnTo = findReturnTo({ origin, landingUrl, returnOrigins: [] }, returnTo.default ?? '/');
  if (defaultReturnTo === undefined) {
    throw wrongOption(
      "crossAppSignIn: returnTo.default must be a path of this app, such as '/events'",
      returnTo.default,
    );
  }
  const sources = resolveSources(options.source);
  return {
    options: options,
    name: options.name ?? targetApp,
    landingUrl,
    origin,
    sources,
    someoneElse,
    defaultReturnTo,
    returnOrigins: [...(returnTo.origins ?? [])],
    session: options.session ?? expressSession(),
    pages: resolvePages('crossAppSignIn', options.pages),
    cookie: new BrowserCookie(landingUrl.startsWith('https:')),
    backChannel: openBackChannel(options, sources),
  };
}

function openBackChannel(
  { backChannel, targetApp, logger }: Pick<CrossAppSignInOptions, 'backChannel' | 'targetApp' | 'logger'>,
  sources: readonly KnownSource[],
): CrossAppHandler | undefined {
  if (backChannel === undefined) return undefined;
  refuseUnknownKeys('crossAppSignIn: backChannel', backChannel, ['secrets', 'revocations', 'onRevoked']);
  const issuers = sources.map(({ origin }) => origin);
  return receiveLogout('crossAppSignIn: backChannel', { ...backChannel, issuers, targetApp, logger });
}

function checkOptions<EventData>(options: CrossAppSignInOptions<EventData>): void {
  const name = 'crossAppSignIn';
  refuseUnknownKeys(name, options, OPTIONS);
  requireVerbs(name, options.sessions, ['redeem', 'inspect']);
  requireLogger(name, options.logger);
  refuseUnless(
    isAppId(options.targetApp),
    "targetApp must be this app's id, such as 'hi-events'",
    options.targetApp,
  );
  refuseUnless(
    isRedirectUri(options.landingUrl) && !options.landingUrl.includes('?'),
    "landingUrl must be the URL that it is mounted at, such as 'https://hi.events/auth/cross-app': https (http on loopback only), as a browser writes it, without a query",
    options.landingUrl,
  );
  requireFunction('crossAppSignIn: onSignIn must be a function that fills the session', options, 'onSignIn');
  const { someoneElse = 'confirm', returnTo = {} } = options;
  refuseUnless(
    POLICIES.includes(someoneElse),
    `someoneElse must be one of ${POLICIES.join(', ')}`,
    someoneElse,
  );
  refuseUnknownKeys(`${name}: returnTo`, returnTo, ['default', 'origins']);
  const { origins = [] } = returnTo;
  refuseUnless(
    Array.isArray(origins) && origins.every(isOrigin),
    "returnTo.origins must be a list of origins such as 'https://shop.hi.events'",
    Array.isArray(origins) ? origins[origins.findIndex((origin) => !isOrigin(origin))] : origins,
  );
}

function refuseUnless(isRight: boolean, rule: string, given: unknown): void {
  if (!isRight) throw wrongOption(`crossAppSignIn: ${rule}`, given);
}
