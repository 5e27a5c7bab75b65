import { wrongOption } from '@cross-app/protocol';
import { tell } from '../../logging/tell.js';
import { allowOrigins } from '../cors.js';
import type { IssuerApp } from './apps.js';
import { createFixedDirectory, knowApps, requireOwnId } from './directory.js';
import type { AppDirectory, OwnRules } from './directory.js';
import { RegistryDirectory } from './registry.js';
import type { AppRegistry } from './registry.js';
import type { SecretUse } from './secret-use.js';

/** The options of `crossAppIssuer` that are about apps. */
export interface AppOptions {
  /**
   * The apps by their ids: who may redeem, and for whom tokens are issued. At least one. Or a registry that is
   * asked for them again and again: until it has given them once, calls are 503 `store_unavailable`, and while it
   * fails afterwards, the last ones go on.
   */
  readonly apps: Readonly<Record<string, IssuerApp>> | AppRegistry;
  /**
   * How old the apps of a registry may become in seconds, 1 to 3,600, as long as it can be asked. Default 30: an
   * app or a secret that was removed stops working within that time.
   */
  readonly reloadAppsSeconds?: number;
  /**
   * Hears why the apps of a registry could not be loaded, at most once a second. What it throws becomes a process
   * warning. Default a process warning named `CrossAppAppsWarning`.
   */
  onRegistryError?(error: unknown): void | Promise<void>;
  /**
   * This app's own id, as `createCrossAppSessions` was given it: the entry of `apps` whose `targets` count.
   * Required when any app has `targets`, and with a registry. Default no entry.
   */
  readonly appId?: string;
  /**
   * Origins whose pages may call, such as `https://app.tuvens.com`, each exactly as a browser sends it.
   * Default none.
   */
  readonly origins?: readonly string[];
  /**
   * Hears which secret an app proved itself with, at most once a minute for each secret and process, so that
   * an operator knows when an old one can go. It cannot fail a call: what it throws becomes a process
   * warning. Default nobody.
   */
  onSecretUsed?(use: SecretUse): void | Promise<void>;
}

const DEFAULT_RELOAD_SECONDS = 30;
const MAX_RELOAD_SECONDS = 3600;

/**
 * The directory of the apps that the options give, in either form.
 *
 * @throws TypeError that says what to write, and never a secret.
 */
export function createDirectory(options: AppOptions): AppDirectory {
  const { apps, appId, origins } = options;
  if (appId !== undefined) requireOwnId(appId);
  const onSecretUsed = (use: SecretUse): void | Promise<void> => options.onSecretUsed?.(use);
  return isRegistry(apps)
    ? createRegistryDirectory(apps, options)
    : createFixedDirectory(apps, { appId, origins, onSecretUsed });
}

function createRegistryDirectory(registry: AppRegistry, options: AppOptions): AppDirectory {
  const { appId, origins, reloadAppsSeconds = DEFAULT_RELOAD_SECONDS } = options;
  // Any app of a registry may have targets tomorrow.
  requireOwnId(appId);
  requireReloadSeconds(reloadAppsSeconds);
  const own: OwnRules = {
    appId,
    origins,
    onSecretUsed: async (use) => {
      await Promise.all([registry.onSecretUsed?.(use), options.onSecretUsed?.(use)]);
    },
  };
  return new RegistryDirectory({
    registry,
    reloadMs: reloadAppsSeconds * 1000,
    know: (apps, before) => knowApps(apps, own, before?.credentials),
    onFailure: (error) => {
      report(options, error);
    },
    allowCors: allowOrigins(origins),
  });
}

function isRegistry(apps: AppOptions['apps'] | null | undefined): apps is AppRegistry {
  // An app called `load` would be an object.
  return typeof apps === 'object' && apps !== null && typeof apps.load === 'function';
}

function requireReloadSeconds(seconds: unknown): void {
  if (Number.isInteger(seconds) && Number(seconds) >= 1 && Number(seconds) <= MAX_RELOAD_SECONDS) return;
  throw wrongOption(
    `crossAppIssuer: reloadAppsSeconds must be a whole number of seconds, 1 to ${MAX_RELOAD_SECONDS}`,
    seconds,
  );
}

function report(options: AppOptions, error: unknown): void {
  if (options.onRegistryError === undefined) {
    process.emitWarning(
      `the apps of crossAppIssuer were not loaded: ${String(error)}`,
      'CrossAppAppsWarning',
    );
    return;
  }
  tell('onRegistryError of crossAppIssuer', () => options.onRegistryError?.(error));
}
