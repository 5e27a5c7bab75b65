import { isAppId, isOrigin, isSecureUrl, mistake, wrongOption, wrongSecret } from '@cross-app/protocol';
import type { RevocationOutbox } from '@cross-app/protocol';
import { isSecret } from '../issuer/apps/credentials.js';
import { requireLogger } from '../logging/logger.js';
import type { CrossAppLogger } from '../logging/logger.js';
import { refuseUnknownKeys } from '../options.js';
import type { PostForm } from './post-logout.js';

/** Where a target app hears of revocations. */
export interface RevocationTarget {
  /** Where its back channel is mounted: https, or http on loopback. Redirects are not followed. */
  readonly url: string;
  /** One of the app's secrets, which no other app has: 32 or more printable ASCII characters. */
  readonly secret: string;
}

/** Options of `createRevocationSender`. */
export interface RevocationSenderOptions {
  /** `outbox` of `createCrossAppSessions` of `@cross-app/core`. */
  readonly outbox: RevocationOutbox;
  /** This app's own origin, such as `https://tuvens.com`: the target apps have it as one of their issuers. */
  readonly issuer: string;
  /** The apps to tell, by their ids. Those that share the database need not be told. */
  readonly targets: Readonly<Record<string, RevocationTarget>>;
  /**
   * How often `start` looks for revocations, in whole seconds, 1 to 3,600. Default 5. It is also the first pause after a
   * failure, and each further pause is up to twice as long, up to five minutes.
   */
  readonly pollSeconds?: number | undefined;
  /** Instead of the global one, such as for a proxy. */
  readonly fetch?: PostForm | undefined;
  /**
   * Logs what could not be delivered (`warn`) and what was refused (`error`), with `call` `send-revocations`, `targetApp`,
   * and nothing secret: `console`, pino, or the like. Default nobody.
   */
  readonly logger?: CrossAppLogger | undefined;
}

/** One app to tell, checked. */
export interface Recipient extends RevocationTarget {
  readonly targetApp: string;
  readonly issuer: string;
  readonly outbox: RevocationOutbox;
  /** How often it is looked for, and the first pause after a failure. */
  readonly pollMs: number;
  readonly post: PostForm;
  readonly logger: CrossAppLogger | undefined;
}

const OF = 'createRevocationSender';
const KEYS = ['outbox', 'issuer', 'targets', 'pollSeconds', 'fetch', 'logger'];

/**
 * Checks the options, and gives the apps to tell.
 *
 * @throws TypeError that says what to write, and never a secret.
 */
export function readRecipients(options: RevocationSenderOptions): readonly Recipient[] {
  refuseUnknownKeys(OF, options, KEYS);
  const { outbox, issuer, targets, pollSeconds = 5, logger } = options;
  requireOutbox(outbox);
  requireLogger(OF, logger);
  if (!isOrigin(issuer)) {
    throw wrongOption(`${OF}: issuer must be this app's own origin, such as 'https://tuvens.com'`, issuer);
  }
  if (!Number.isInteger(pollSeconds) || pollSeconds < 1 || pollSeconds > 3600) {
    throw wrongOption(`${OF}: pollSeconds must be a whole number from 1 to 3600`, pollSeconds);
  }
  const shared = { issuer, outbox, pollMs: pollSeconds * 1000, post: readFetch(options), logger };
  return readTargets(targets).map((target) => ({ ...shared, ...target }));
}

function requireOutbox(outbox: Partial<RevocationOutbox> | null | undefined): void {
  if (typeof outbox?.claim === 'function' && typeof outbox.confirm === 'function') return;
  throw wrongOption(
    `${OF}: outbox must have claim and confirm, as createCrossAppSessions({ … }).outbox has`,
    outbox,
  );
}

function readFetch(options: RevocationSenderOptions): PostForm {
  // Looked up at every call: instrumentation may replace the global one later.
  const fetch: PostForm = options.fetch ?? ((url, init) => globalThis.fetch(url, init));
  if (typeof fetch !== 'function')
    throw wrongOption(`${OF}: fetch must be a function like the global one`, fetch);
  return fetch;
}

function readTargets(
  targets: RevocationSenderOptions['targets'],
): (RevocationTarget & Pick<Recipient, 'targetApp'>)[] {
  if (typeof targets !== 'object' || (targets as unknown) === null || Object.keys(targets).length === 0) {
    throw wrongOption(`${OF}: targets must be an object of at least one app by its id`, targets);
  }
  const read = Object.entries(targets).map(([targetApp, target]) => readTarget(targetApp, target));
  if (new Set(read.map(({ secret }) => secret)).size < read.length) {
    throw mistake(`${OF}: two targets have the same secret; each app needs its own`);
  }
  return read;
}

function readTarget(
  targetApp: string,
  target: RevocationTarget,
): RevocationTarget & Pick<Recipient, 'targetApp'> {
  const name = `${OF}: targets[${JSON.stringify(targetApp)}]`;
  refuseUnknownKeys(name, target, ['url', 'secret']);
  const { url, secret } = target;
  if (!isAppId(targetApp)) {
    throw wrongOption(
      `${name} must have an id of 1 to 50 printable ASCII characters without blanks`,
      targetApp,
    );
  }
  if (!isSecureUrl(url)) {
    // Without the URL: where it is refused for its credentials, it would print them.
    throw wrongSecret(`${name}.url must be an https URL (http on loopback only) without credentials`, url);
  }
  if (!isSecret(secret)) {
    throw wrongSecret(`${name}.secret must be at least 32 printable ASCII characters`, secret);
  }
  return { targetApp, url, secret };
}
