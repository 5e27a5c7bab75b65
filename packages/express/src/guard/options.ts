import type { DerivedSession, DerivedSessions } from '@cross-app/protocol';
import { wrongOption } from '@cross-app/protocol';
import { requireLogger } from '../logging/logger.js';
import type { CrossAppLogger } from '../logging/logger.js';
import { refuseUnknownKeys, requireFunction, requireMethods } from '../options.js';
import type { CrossAppRequest } from '../request.js';
import { expressSession } from '../session.js';
import type { SessionAdapter } from '../session.js';

/** Options of `crossAppGuard`. */
export interface CrossAppGuardOptions {
  /**
   * Who knows what has been revoked: `createCrossAppSessions` of `@cross-app/core` where the database is shared,
   * otherwise the list that `crossAppBackChannel` writes to.
   */
  readonly sessions: DerivedSessions;
  /** Where this app keeps its sessions, as `crossAppSignIn` has it. Default `expressSession()`. */
  readonly session?: Pick<SessionAdapter, 'read' | 'end'> | undefined;
  /**
   * How old an answer of `sessions` may be, in whole seconds, 0 to 3,600. Default 10. A revocation ends requests that
   * arrive later than that after it, and usually the very next one. 0 asks at every request.
   */
  readonly maxStalenessSeconds?: number | undefined;
  /** Hears of every session that was ended here. It cannot change that; what it throws becomes a process warning. */
  onEnded?(derived: DerivedSession, req: CrossAppRequest): void | Promise<void>;
  /**
   * Logs the sessions that it ends, and requests that fail, with `call` `guard` and nothing secret:
   * `console`, pino, or the like. Default nobody.
   */
  readonly logger?: CrossAppLogger | undefined;
}

const KEYS = ['sessions', 'session', 'maxStalenessSeconds', 'onEnded', 'logger'];
const DEFAULT_SECONDS = 10;
const MAX_SECONDS = 3600;

/**
 * Checks the options, and gives how old an answer may be in milliseconds.
 *
 * @throws TypeError that says what to write
 */
export function readMaxStaleness(options: CrossAppGuardOptions): number {
  refuseUnknownKeys('crossAppGuard', options, KEYS);
  requireMethods('crossAppGuard: sessions', options.sessions, {
    methods: ['isRevoked'],
    instead: 'createCrossAppSessions({ … }) or createMemoryRevocations()',
  });
  requireMethods('crossAppGuard: session', options.session ?? expressSession(), {
    methods: ['read', 'end'],
    instead: 'the SessionAdapter of crossAppSignIn',
  });
  requireLogger('crossAppGuard', options.logger);
  if (options.onEnded !== undefined) {
    requireFunction('crossAppGuard: onEnded must be a function (derived, req) => void', options, 'onEnded');
  }
  const { maxStalenessSeconds: seconds = DEFAULT_SECONDS } = options;
  if (!Number.isInteger(seconds) || seconds < 0 || seconds > MAX_SECONDS) {
    throw wrongOption('crossAppGuard: maxStalenessSeconds must be a whole number from 0 to 3600', seconds);
  }
  return seconds * 1000;
}
