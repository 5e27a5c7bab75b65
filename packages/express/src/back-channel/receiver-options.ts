import { isAppId, isOrigin, wrongOption, wrongSecret } from '@cross-app/protocol';
import type { Revocation, RevocationSink } from '@cross-app/protocol';
import { isSecret } from '../issuer/apps/credentials.js';
import { requireLogger } from '../logging/logger.js';
import type { CrossAppLogger } from '../logging/logger.js';
import { requireFunction, requireMethods } from '../options.js';

/** What a target app needs to be told of revocations, whichever function it is given to. */
export interface BackChannelOptions {
  /**
   * This app's secrets, as the issuer has them: each 32 or more printable ASCII characters. All are accepted, so that a
   * new one is added here before the issuer signs with it.
   */
  readonly secrets: readonly string[];
  /** Where revocations are kept: `createRevocationList` of `@cross-app/core`, or `createMemoryRevocations`. */
  readonly revocations: RevocationSink;
  /**
   * Hears of every revocation once it is stored, such as to close what is open for that person. The same one may come
   * again. What it throws becomes a process warning.
   */
  onRevoked?(revocation: Revocation): void | Promise<void>;
}

/** All that the receiver needs. */
export interface LogoutReceiver extends BackChannelOptions {
  /** Origins of the issuers whose word counts, such as `https://tuvens.com`. */
  readonly issuers: readonly string[];
  /** This app's id. */
  readonly targetApp: string;
  /** Default nobody. */
  readonly logger?: CrossAppLogger | undefined;
}

/** Checks the options of the function called `of`. */
export function checkReceiver(of: string, options: LogoutReceiver): LogoutReceiver {
  const { issuers, targetApp, secrets, revocations, logger } = options;
  requireLogger(of, logger);
  if (!isListOf(issuers, isOrigin)) {
    throw wrongOption(`${of}: issuers must be a list of origins, such as ['https://tuvens.com']`, issuers);
  }
  if (!isAppId(targetApp)) {
    throw wrongOption(`${of}: targetApp must be this app's id, such as 'hi-events'`, targetApp);
  }
  if (!isListOf(secrets, isSecret)) {
    throw wrongSecret(
      `${of}: secrets must be a list of at least one secret of at least 32 printable ASCII characters`,
      secrets,
    );
  }
  requireMethods<RevocationSink>(`${of}: revocations`, revocations, {
    methods: ['add'],
    instead: 'createMemoryRevocations() or the like',
  });
  if (options.onRevoked !== undefined) {
    requireFunction(`${of}: onRevoked must be a function (revocation) => void`, options, 'onRevoked');
  }
  return options;
}

function isListOf(value: unknown, isOne: (one: unknown) => boolean): boolean {
  return Array.isArray(value) && value.length > 0 && value.every(isOne);
}
