import { isAppId } from '@cross-app/protocol';
import type { CrossAppError, CrossAppSessions, IdInput } from '@cross-app/protocol';
import { refuseUnknownKeys, requireVerbs } from '../options.js';
import type { CrossAppRequest } from '../request.js';
import { digestSecret } from './credentials.js';
import type { AppCredential } from './credentials.js';

/** The least that the issuer needs to know of a signed-in user. */
export interface IssuerUser {
  /** As in the source app's users table. */
  readonly id: IdInput;
}

/** How a target app proves itself. */
export interface IssuerApp {
  /**
   * Each at least 32 printable ASCII characters, used by no other app. All of them are accepted: to change
   * a secret, add the new one, let the app change over, then remove the old one.
   */
  readonly secrets: readonly string[];
}

/**
 * Options of `crossAppIssuer`. The hooks are methods, so that they may be written for the `Request` of
 * Express 4 or 5, which is what they get. One that throws fails closed: 503 `store_unavailable`.
 */
export interface CrossAppIssuerOptions<User extends IssuerUser = IssuerUser> {
  /** `createCrossAppSessions` of `@cross-app/core`. */
  readonly sessions: Pick<CrossAppSessions, 'issue' | 'redeem'>;
  /** The target apps by their ids: who may redeem, and for whom tokens are issued. At least one. */
  readonly apps: Readonly<Record<string, IssuerApp>>;
  /** Who is signed in at the source app, or null when nobody is. */
  authenticate(req: CrossAppRequest): Promise<User | null | undefined> | User | null | undefined;
  /**
   * Whether the user may act for the account, whose id is text whatever it was in the request. Only `true`
   * is yes. It gets what `authenticate` gave; `& IssuerUser` keeps the compiler from learning `User` here.
   */
  canUseAccount(user: User & IssuerUser, accountId: string): Promise<boolean> | boolean;
  /** The app that tokens are for when `target_app` is not sent. Default `hi-events`, the seed's. */
  readonly defaultTargetApp?: string;
  /**
   * Hears of every call that is answered with an error, for logs: `code` and `cause` hold the private
   * reason. It cannot change the reply; what it throws becomes a process warning. Default nobody.
   */
  onError?(error: CrossAppError, req: CrossAppRequest): void | Promise<void>;
}

/** The options, checked, and what follows from them. */
export interface Issuer<User extends IssuerUser = IssuerUser> {
  readonly options: CrossAppIssuerOptions<User>;
  readonly defaultTargetApp: string;
  readonly targetApps: ReadonlySet<string>;
  readonly credentials: readonly AppCredential[];
}

const DEFAULT_TARGET_APP = 'hi-events';
// What a header can carry unchanged: parsers trim blanks at its ends, and clients encode other characters differently.
const SECRET = /^[!-~][ -~]{30,}[!-~]$/;

/**
 * Checks the options and fills in the defaults.
 *
 * @throws TypeError that says what to write, and never a secret.
 */
export function resolveIssuerOptions<User extends IssuerUser>(
  options: CrossAppIssuerOptions<User>,
): Issuer<User> {
  refuseUnknownKeys('crossAppIssuer', options, [
    'sessions',
    'apps',
    'authenticate',
    'canUseAccount',
    'defaultTargetApp',
    'onError',
  ]);
  requireVerbs('crossAppIssuer', options.sessions, ['issue', 'redeem']);
  requireHook(options, 'authenticate', '(req) => the signed-in user, or null');
  requireHook(options, 'canUseAccount', '(user, accountId) => true or false');
  if (options.onError !== undefined) requireHook(options, 'onError', '(error, req) => void');
  const credentials = readCredentials(options.apps);
  const targetApps = new Set(Object.keys(options.apps));
  const defaultTargetApp = readDefaultTargetApp(options.defaultTargetApp, targetApps);
  return { options, defaultTargetApp, targetApps, credentials };
}

function readCredentials(apps: CrossAppIssuerOptions['apps'] | null | undefined): readonly AppCredential[] {
  if (typeof apps !== 'object' || apps === null || Object.keys(apps).length === 0) {
    throw new TypeError(
      "crossAppIssuer: apps must name a target app, such as { 'hi-events': { secrets: [secret] } }",
    );
  }
  const credentials = Object.entries(apps).flatMap(([appId, app]) => readApp(appId, app));
  requireDistinct(credentials);
  return credentials;
}

function readApp(appId: string, app: IssuerApp): readonly AppCredential[] {
  const name = `crossAppIssuer: apps[${JSON.stringify(appId)}]`;
  if (!isAppId(appId)) {
    throw new TypeError(`${name} must have an id of 1 to 50 printable ASCII characters without blanks`);
  }
  refuseUnknownKeys(name, app, ['secrets']);
  if (!Array.isArray(app.secrets) || app.secrets.length === 0) {
    throw new TypeError(`${name}.secrets must be a list of at least one secret`);
  }
  return app.secrets.map((secret, index) => {
    if (typeof secret !== 'string' || !SECRET.test(secret)) {
      throw new TypeError(
        `${name}.secrets[${index}] must be at least 32 printable ASCII characters, such as randomBytes(32).toString('hex')`,
      );
    }
    return { appId, digest: digestSecret(secret) };
  });
}

function requireDistinct(credentials: readonly AppCredential[]): void {
  const owners = new Map<string, string>();
  for (const { appId, digest } of credentials) {
    const owner = owners.get(digest.toString('hex'));
    if (owner !== undefined) {
      throw new TypeError(
        `crossAppIssuer: apps ${JSON.stringify(owner)} and ${JSON.stringify(appId)} must not have the same secret; give each app secrets of its own, each once`,
      );
    }
    owners.set(digest.toString('hex'), appId);
  }
}

function requireHook<User extends IssuerUser>(
  options: CrossAppIssuerOptions<User>,
  hook: 'authenticate' | 'canUseAccount' | 'onError',
  form: string,
): void {
  if (typeof options[hook] !== 'function') {
    throw new TypeError(`crossAppIssuer: ${hook} must be a function ${form}`);
  }
}

function readDefaultTargetApp(targetApp: string | undefined, targetApps: ReadonlySet<string>): string {
  // The seed's default need not be one of the apps: then every call has to name its target.
  if (targetApp === undefined) return DEFAULT_TARGET_APP;
  if (targetApps.has(targetApp)) return targetApp;
  throw new TypeError(`crossAppIssuer: defaultTargetApp must be one of apps: ${[...targetApps].join(', ')}`);
}
