import { CrossAppError, isAppId, wrongOption } from '@cross-app/protocol';
import type { CrossAppHandler } from '../../request.js';
import type { IssuerApp } from './apps.js';
import type { AppDirectory, KnownApps } from './directory.js';
import type { SecretUse } from './secret-use.js';

/** Apps that change while the issuer runs. `createAppRegistry` of `@cross-app/core` is one, on a table. */
export interface AppRegistry {
  /**
   * All apps as they are now, by their ids; none is no mistake. One that is not of the form of {@link IssuerApp}
   * fails the load, and so does one that takes longer than 5 seconds.
   */
  load(): Promise<Readonly<Record<string, IssuerApp>>>;
  /** Hears what the issuer's `onSecretUsed` hears. */
  onSecretUsed?(use: SecretUse): void | Promise<void>;
}

/** How a {@link RegistryDirectory} works. */
export interface RegistryRules {
  readonly registry: Pick<AppRegistry, 'load'>;
  /** How old the apps may become. */
  readonly reloadMs: number;
  /** What follows from apps; `before` is what followed from the last ones. */
  know(apps: Readonly<Record<string, IssuerApp>>, before: KnownApps | undefined): KnownApps;
  /** Hears of each load that failed. Must not throw. */
  onFailure(error: unknown): void;
  /** For the time before there are apps. */
  readonly allowCors: CrossAppHandler;
}

const LOAD_TIMEOUT_MS = 5000;
/** Between the end of a load that failed and the begin of the next. */
const PAUSE_MS = 1000;

/**
 * The directory of a registry. It has no timer: a call that finds the apps half as old as they may become has them
 * loaded again behind its back, and one that finds them older than that waits, so that nobody is answered by apps
 * that are older, even after an hour without calls. Only while loads fail do the last good ones go on. One load
 * runs at a time.
 */
export class RegistryDirectory implements AppDirectory {
  readonly #rules: RegistryRules;
  #known: KnownApps | undefined;
  /** When the load of what is known began: from then on it may have been outdated. */
  #knownSince = -Infinity;
  #failure: unknown;
  #failedAt = -Infinity;
  #load: Promise<void> | undefined;

  constructor(rules: RegistryRules) {
    this.#rules = rules;
  }

  async refresh(): Promise<void> {
    const { reloadMs } = this.#rules;
    // Not the wall clock, which may be set back.
    const now = performance.now();
    const age = now - this.#knownSince;
    if (age < reloadMs / 2) return;
    if (now - this.#failedAt >= PAUSE_MS) this.#load ??= this.#reload(now);
    // What has just failed is not worth waiting for while there is something to go on with.
    const isFailing = this.#known !== undefined && now - this.#failedAt < reloadMs;
    if (age >= reloadMs && !isFailing) await this.#load;
  }

  known(): KnownApps {
    if (this.#known === undefined) throw new CrossAppError('store_unavailable', { cause: this.#failure });
    return this.#known;
  }

  requireTarget(option: string, appId: string): void {
    // Whether there is such an app may change.
    if (!isAppId(appId)) throw wrongOption(`crossAppIssuer: ${option} must be the id of an app`, appId);
  }

  allowCors(): CrossAppHandler {
    return this.#known?.allowCors ?? this.#rules.allowCors;
  }

  async #reload(startedAt: number): Promise<void> {
    const rules = this.#rules;
    try {
      this.#known = rules.know(await inTime(rules.registry.load()), this.#known);
      this.#knownSince = startedAt;
      this.#failedAt = -Infinity;
    } catch (cause) {
      this.#failure = cause;
      this.#failedAt = performance.now();
      rules.onFailure(cause);
    } finally {
      this.#load = undefined;
    }
  }
}

async function inTime<Result>(pending: Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new CrossAppError('store_unavailable', { message: 'The apps were not loaded in time.' }));
    }, LOAD_TIMEOUT_MS).unref();
  });
  try {
    return await Promise.race([pending, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
