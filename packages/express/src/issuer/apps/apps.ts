import { isAppId, mistake, wrongOption, wrongSecret } from '@cross-app/protocol';
import { refuseUnknownKeys } from '../../options.js';
import type { AppCredential } from './credentials.js';
import { readRules } from './rules.js';
import type { AppRules, AppRulesInput } from './rules.js';
import { createUseReporter } from './secret-use.js';
import type { SecretUseListener } from './secret-use.js';
import { readSecret } from './secrets.js';
import type { IssuerSecret, ReadSecret } from './secrets.js';

/** An app that takes part: how it proves itself, where its people land, and what it may do. */
export interface IssuerApp extends AppRulesInput {
  /**
   * Each at least 32 printable ASCII characters, used by no other app; shorter ones are refused in
   * development too. All of them are accepted until they expire: to change a secret, add the new one, let
   * the app change over, and remove the old one when `onSecretUsed` no longer names it. A plain text has the
   * first 8 hexadecimal digits of its SHA-256 as its id. Leave it out for an app that never calls with one,
   * such as a source app; a list needs at least one.
   */
  readonly secrets?: readonly (string | IssuerSecret)[];
}

/** Apps, checked. */
export interface Apps {
  readonly credentials: readonly AppCredential[];
  readonly rules: ReadonlyMap<string, AppRules>;
}

/**
 * Checks the apps. A secret that was there before keeps its reporter, so that it goes on being reported once a minute.
 *
 * @throws TypeError that says what to write, and never a secret.
 */
export function readApps(
  apps: Readonly<Record<string, IssuerApp>>,
  onSecretUsed?: SecretUseListener,
  before: readonly AppCredential[] = [],
): Apps {
  if (typeof apps !== 'object' || (apps as unknown) === null) {
    throw wrongOption('crossAppIssuer: apps must be an object of apps by their ids', apps);
  }
  const entries = Object.entries(apps);
  const rules = new Map(entries.map(([appId, app]) => [appId, readRules(requireApp(appId, app), app)]));
  const secrets = entries.flatMap(([appId, app]) => readSecrets(appId, app));
  requireDistinct(secrets);
  const credentials = secrets.map((secret) => {
    const { appId, id } = secret;
    const known = before.find((one) => one.appId === appId && one.id === id);
    const onUse = known?.onUse ?? createUseReporter({ appId, secretId: id }, onSecretUsed);
    return { ...secret, onUse };
  });
  return { credentials, rules };
}

type AppSecret = ReadSecret & { readonly appId: string };

function requireApp(appId: string, app: IssuerApp): string {
  const name = `crossAppIssuer: apps[${JSON.stringify(appId)}]`;
  if (!isAppId(appId)) {
    throw wrongOption(`${name} must have an id of 1 to 50 printable ASCII characters without blanks`, appId);
  }
  refuseUnknownKeys(name, app, ['secrets', 'redirectUris', 'origins', 'targets', 'limits']);
  return name;
}

function readSecrets(appId: string, app: IssuerApp): readonly AppSecret[] {
  // A variable of the environment that is not set must not turn into an app that never calls.
  if (!Object.hasOwn(app, 'secrets')) return [];
  const name = `crossAppIssuer: apps[${JSON.stringify(appId)}].secrets`;
  const { secrets } = app;
  if (!Array.isArray(secrets) || secrets.length === 0) {
    throw wrongSecret(
      `${name} must be a list of at least one secret; leave it out for an app without`,
      secrets,
    );
  }
  return secrets.map((entry: string | IssuerSecret, index) => ({
    appId,
    ...readSecret(`${name}[${index}]`, entry),
  }));
}

function requireDistinct(secrets: readonly AppSecret[]): void {
  const owners = new Map<string, string>();
  const ids = new Set<string>();
  for (const { appId, id, digest } of secrets) {
    const owner = owners.get(digest.toString('hex'));
    if (owner !== undefined) {
      throw mistake(
        `crossAppIssuer: apps ${JSON.stringify(owner)} and ${JSON.stringify(appId)} must not have the same secret; give each app secrets of its own, each once`,
      );
    }
    // No app id holds a blank, so that two pairs are never one text.
    if (ids.has(`${appId} ${id}`)) {
      throw mistake(
        `crossAppIssuer: two secrets of app ${JSON.stringify(appId)} have the id ${JSON.stringify(id)}; give each its own`,
      );
    }
    owners.set(digest.toString('hex'), appId);
    ids.add(`${appId} ${id}`);
  }
}
