import { isAppId } from '@cross-app/protocol';
import { refuseUnknownKeys } from '../options.js';
import type { AppCredential } from './credentials.js';
import { createUseReporter } from './secret-use.js';
import type { SecretUseListener } from './secret-use.js';
import { readSecret } from './secrets.js';
import type { IssuerSecret, ReadSecret } from './secrets.js';

/** How a target app proves itself. */
export interface IssuerApp {
  /**
   * Each at least 32 printable ASCII characters, used by no other app; shorter ones are refused in
   * development too. All of them are accepted until they expire: to change a secret, add the new one, let
   * the app change over, and remove the old one when `onSecretUsed` no longer names it. A plain text has the
   * first 8 hexadecimal digits of its SHA-256 as its id.
   */
  readonly secrets: readonly (string | IssuerSecret)[];
}

/**
 * Checks the apps and gives their credentials.
 *
 * @throws TypeError that says what to write, and never a secret.
 */
export function readCredentials(
  apps: Readonly<Record<string, IssuerApp>> | null | undefined,
  onSecretUsed?: SecretUseListener,
): readonly AppCredential[] {
  if (typeof apps !== 'object' || apps === null || Object.keys(apps).length === 0) {
    throw new TypeError(
      "crossAppIssuer: apps must name a target app, such as { 'hi-events': { secrets: [secret] } }",
    );
  }
  const secrets = Object.entries(apps).flatMap(([appId, app]) => readApp(appId, app));
  requireDistinct(secrets);
  return secrets.map(({ id, ...secret }) => ({
    ...secret,
    onUse: createUseReporter({ appId: secret.appId, secretId: id }, onSecretUsed),
  }));
}

type AppSecret = ReadSecret & { readonly appId: string };

function readApp(appId: string, app: IssuerApp): readonly AppSecret[] {
  const name = `crossAppIssuer: apps[${JSON.stringify(appId)}]`;
  if (!isAppId(appId)) {
    throw new TypeError(`${name} must have an id of 1 to 50 printable ASCII characters without blanks`);
  }
  refuseUnknownKeys(name, app, ['secrets']);
  if (!Array.isArray(app.secrets) || app.secrets.length === 0) {
    throw new TypeError(`${name}.secrets must be a list of at least one secret`);
  }
  return app.secrets.map((entry: string | IssuerSecret, index) => ({
    appId,
    ...readSecret(`${name}.secrets[${index}]`, entry),
  }));
}

function requireDistinct(secrets: readonly AppSecret[]): void {
  const owners = new Map<string, string>();
  const ids = new Set<string>();
  for (const { appId, id, digest } of secrets) {
    const owner = owners.get(digest.toString('hex'));
    if (owner !== undefined) {
      throw new TypeError(
        `crossAppIssuer: apps ${JSON.stringify(owner)} and ${JSON.stringify(appId)} must not have the same secret; give each app secrets of its own, each once`,
      );
    }
    // No app id holds a blank, so that two pairs are never one text.
    if (ids.has(`${appId} ${id}`)) {
      throw new TypeError(
        `crossAppIssuer: two secrets of app ${JSON.stringify(appId)} have the id ${JSON.stringify(id)}; give each its own`,
      );
    }
    owners.set(digest.toString('hex'), appId);
    ids.add(`${appId} ${id}`);
  }
}
