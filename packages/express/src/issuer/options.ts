import type {
  AuditRecorder,
  CrossAppAccount,
  CrossAppError,
  CrossAppSessions,
  CrossAppUser,
  IdInput,
} from '@cross-app/protocol';
import { wrongOption } from '@cross-app/protocol';
import { requireLogger } from '../logging/logger.js';
import type { CrossAppLogger } from '../logging/logger.js';
import { refuseUnknownKeys, requireFunction, requireVerbs } from '../options.js';
import type { CrossAppRequest } from '../request.js';
import { createDirectory } from './apps/create-directory.js';
import type { AppOptions } from './apps/create-directory.js';
import type { AppDirectory, KnownApps } from './apps/directory.js';
import { resolveAuthorize } from './authorize/options.js';
import type { AuthorizeOptions, AuthorizeSettings } from './authorize/options.js';
import { resolveLimits } from './limits/limits.js';
import type { IssuerLimits, Limits } from './limits/limits.js';
import type { IssuerUser } from './user.js';

export type { IssuerUser };

/**
 * Options of `crossAppIssuer`. The hooks are methods, so that they may be written for the `Request` of
 * Express 4 or 5, which is what they get. One that throws fails closed: 503 `store_unavailable`.
 */
export interface CrossAppIssuerOptions<User extends IssuerUser = IssuerUser> extends AppOptions {
  /** `createCrossAppSessions` of `@cross-app/core`. */
  readonly sessions: CrossAppSessions;
  /** Who is signed in at the source app, or null when nobody is. */
  authenticate(req: CrossAppRequest): Promise<User | null | undefined> | User | null | undefined;
  /**
   * Whether the user may act for the account, whose id is text whatever it was in the request. Only `true`
   * is yes. It gets what `authenticate` gave; `& IssuerUser` keeps the compiler from learning `User` here.
   */
  canUseAccount(user: User & IssuerUser, accountId: string): Promise<boolean> | boolean;
  /**
   * The accounts that the user of a redeemed token may choose from. Without it `GET /user-accounts` is not
   * answered here.
   */
  listAccounts?(user: CrossAppUser): Promise<readonly ListedAccount[]> | readonly ListedAccount[];
  /**
   * Whether the user of a redeemed token may do that. Only `true` is yes. Without it
   * `POST /validate-permission` is not answered here.
   */
  hasPermission?(question: PermissionQuestion): Promise<boolean> | boolean;
  /**
   * The bound flow: `GET /authorize`, to which target apps send browsers for a token. Without it the path is not
   * answered here.
   */
  readonly authorize?: AuthorizeOptions<User>;
  /** How often each call may be made. Default the limits of {@link IssuerLimits}; false for none. */
  readonly limits?: IssuerLimits | false;
  /** What `GET /health` asks: one that throws is 503. Default nothing, so that it is 200 while the process answers. */
  checkHealth?(): Promise<void> | void;
  /** The app that tokens are for when `target_app` is not sent. Default `hi-events`, the seed's. */
  readonly defaultTargetApp?: string;
  /**
   * Hears of every call that is answered with an error, for logs: `code` and `cause` hold the private
   * reason. It cannot change the reply; what it throws becomes a process warning. Default nobody. The cause is
   * what a hook threw, with whatever that says: only `logger` redacts.
   */
  onError?(error: CrossAppError, req: CrossAppRequest): void | Promise<void>;
  /**
   * Records wrong secrets and sign-ins as `credential_rejected`, with the address and the user agent, up to
   * `limits.credentialsPerMinute`: `createAuditLog` of `@cross-app/core`, whose `watch` records what becomes of
   * tokens. Default nobody.
   */
  readonly audit?: AuditRecorder;
  /**
   * Logs every call that is refused or fails, with `call`, the private `code`, `targetApp` when it is known,
   * and nothing secret: `console`, pino, or the like. Default nobody.
   */
  readonly logger?: CrossAppLogger | undefined;
}

/** An account that `listAccounts` names. More fields, such as a row's, stay here. */
export interface ListedAccount {
  /** As in the source app's accounts table. It goes out as text. */
  readonly id: IdInput;
  readonly name: string;
  /** Default null. */
  readonly slug?: string | null | undefined;
}

/** What `validate-permission` asks. */
export interface PermissionQuestion {
  readonly user: CrossAppUser;
  /** The account that the token stands for, or null. */
  readonly account: CrossAppAccount | null;
  /** Such as `events:create`: 1 to 100 printable characters. */
  readonly permission: string;
  /** The thing to do it to, or null when none was named. */
  readonly resourceId: string | null;
}

/** The options, checked, and what follows from them. */
export interface IssuerSettings<User extends IssuerUser = IssuerUser> {
  readonly options: CrossAppIssuerOptions<User>;
  readonly defaultTargetApp: string;
  readonly directory: AppDirectory;
  readonly limits: Limits;
  readonly authorize: AuthorizeSettings | undefined;
}

/** What one call is answered by: the same apps from its begin to its end. */
export type Issuer<User extends IssuerUser = IssuerUser> = IssuerSettings<User> & KnownApps;

const DEFAULT_TARGET_APP = 'hi-events';

interface HookForm {
  readonly form: string;
  readonly isRequired?: true;
}

const HOOKS = {
  authenticate: { form: '(req) => the signed-in user, or null', isRequired: true },
  canUseAccount: { form: '(user, accountId) => true or false', isRequired: true },
  listAccounts: { form: '(user) => accounts' },
  hasPermission: { form: '(question) => true or false' },
  checkHealth: { form: '() => void' },
  onError: { form: '(error, req) => void' },
  onSecretUsed: { form: '(use) => void' },
  onRegistryError: { form: '(error) => void' },
} as const satisfies Partial<Record<keyof CrossAppIssuerOptions, HookForm>>;

type HookName = keyof typeof HOOKS;

const OTHERS: readonly Exclude<keyof CrossAppIssuerOptions, HookName>[] = [
  'sessions',
  'apps',
  'appId',
  'reloadAppsSeconds',
  'limits',
  'origins',
  'defaultTargetApp',
  'authorize',
  'audit',
  'logger',
];

/**
 * Checks the options and fills in the defaults.
 *
 * @throws TypeError that says what to write, and never a secret.
 */
export function resolveIssuerOptions<User extends IssuerUser>(
  options: CrossAppIssuerOptions<User>,
): IssuerSettings<User> {
  refuseUnknownKeys('crossAppIssuer', options, [...OTHERS, ...Object.keys(HOOKS)]);
  requireVerbs('crossAppIssuer', options.sessions, ['issue', 'redeem', 'inspect', 'revoke', 'revokeAll']);
  requireHooks(options);
  requireRecorder(options.audit);
  requireLogger('crossAppIssuer', options.logger);
  const directory = createDirectory(options);
  const defaultTargetApp = readDefaultTargetApp(options.defaultTargetApp, directory);
  return {
    options,
    defaultTargetApp,
    directory,
    limits: resolveLimits(options.limits),
    authorize: options.authorize === undefined ? undefined : resolveAuthorize(options.authorize),
  };
}

function requireHooks<User extends IssuerUser>(options: CrossAppIssuerOptions<User>): void {
  for (const [name, { form, isRequired }] of Object.entries(HOOKS) as [HookName, HookForm][]) {
    if (options[name] === undefined && isRequired !== true) continue;
    requireFunction(`crossAppIssuer: ${name} must be a function ${form}`, options, name);
  }
}

function requireRecorder(audit: Partial<AuditRecorder> | null | undefined): void {
  if (audit === undefined || typeof audit?.record === 'function') return;
  throw wrongOption(
    'crossAppIssuer: audit must have a method record, such as what createAuditLog makes',
    audit,
  );
}

function readDefaultTargetApp(targetApp: string | undefined, directory: AppDirectory): string {
  // The seed's default need not be one of the apps: then every call has to name its target.
  if (targetApp === undefined) return DEFAULT_TARGET_APP;
  directory.requireTarget('defaultTargetApp', targetApp);
  return targetApp;
}
