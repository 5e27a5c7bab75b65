import { isAppId, mistake, wrongOption } from '@cross-app/protocol';
import type { CrossAppHandler } from '../../request.js';
import { allowOrigins } from '../cors.js';
import { readApps } from './apps.js';
import type { Apps, IssuerApp } from './apps.js';
import type { AppCredential } from './credentials.js';
import type { SecretUseListener } from './secret-use.js';

/** The apps at one time, and what follows from them for this issuer. */
export interface KnownApps extends Apps {
  /** The apps that tokens may be issued for. */
  readonly targetApps: ReadonlySet<string>;
  /** Lets the pages of all origins call: the issuer's and the apps'. */
  readonly allowCors: CrossAppHandler;
}

/** Where the issuer finds its apps. */
export interface AppDirectory {
  /** Waits until the apps are as new as they are to be. Never rejects. */
  refresh(): Promise<void>;
  /** @throws CrossAppError `store_unavailable` while no apps could be loaded. */
  known(): KnownApps;
  /** @throws TypeError when this option can never name an app that tokens are issued for. */
  requireTarget(option: string, appId: string): void;
  /** As that of the apps; while there are none, for the issuer's own origins. */
  allowCors(): CrossAppHandler;
}

/** What the issuer itself knows of its apps. */
export interface OwnRules {
  readonly appId: string | undefined;
  readonly origins: readonly string[] | undefined;
  readonly onSecretUsed: SecretUseListener;
}

/**
 * The directory of apps that are known from the start.
 *
 * @throws TypeError that says what to write, and never a secret.
 */
export function createFixedDirectory(
  apps: Readonly<Record<string, IssuerApp>> | null | undefined,
  own: OwnRules,
): AppDirectory {
  if (typeof apps !== 'object' || apps === null || Object.keys(apps).length === 0) {
    throw wrongOption(
      "crossAppIssuer: apps must name a target app, such as { 'hi-events': { secrets: [secret] } }",
      apps,
    );
  }
  const known = knowApps(apps, own);
  requireKnownTargets(known, own.appId);
  return {
    refresh: () => Promise.resolve(),
    known: () => known,
    allowCors: () => known.allowCors,
    requireTarget: (option, id) => {
      const { targetApps } = known;
      if (targetApps.has(id)) return;
      throw wrongOption(`crossAppIssuer: ${option} must be one of apps: ${[...targetApps].join(', ')}`, id);
    },
  };
}

/**
 * Checks the apps, and says what follows from them.
 *
 * @throws TypeError that says what to write, and never a secret.
 */
export function knowApps(
  apps: Readonly<Record<string, IssuerApp>>,
  { appId, origins = [], onSecretUsed }: OwnRules,
  before?: readonly AppCredential[],
): KnownApps {
  const read = readApps(apps, onSecretUsed, before);
  const { rules } = read;
  const targets = appId === undefined ? undefined : rules.get(appId)?.targets;
  const isTarget = (id: string): boolean => targets?.includes(id) ?? id !== appId;
  const allOrigins = [...new Set([origins, ...[...rules.values()].map((app) => app.origins)].flat())];
  return {
    ...read,
    targetApps: new Set([...rules.keys()].filter(isTarget)),
    allowCors: allowOrigins(allOrigins),
  };
}

/** @throws TypeError that says what to write. */
export function requireOwnId(appId: unknown): void {
  if (!isAppId(appId)) {
    throw wrongOption(
      "crossAppIssuer: appId must be this app's id as in createCrossAppSessions, 1 to 50 printable ASCII characters without blanks, such as 'tuvens'",
      appId,
    );
  }
}

// In a registry a target may be removed before those who hand over to it: there it is no mistake.
function requireKnownTargets({ rules }: KnownApps, appId: string | undefined): void {
  for (const [id, { targets = [] }] of rules) {
    const unknown = targets.find((target) => !rules.has(target));
    if (unknown !== undefined) {
      throw mistake(
        `crossAppIssuer: apps[${JSON.stringify(id)}].targets names ${JSON.stringify(unknown)}, which is not one of apps`,
      );
    }
  }
  const hasTargets = [...rules.values()].some(({ targets }) => targets !== undefined);
  // Without the id nobody could tell whose targets count, and all of them would be allowed.
  if (hasTargets && appId === undefined) requireOwnId(appId);
}
