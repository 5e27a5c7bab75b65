import type {
  CrossAppSessions,
  DerivedSessions,
  InspectRequest,
  IssuedHandoff,
  IssueRequest,
  RedeemRequest,
  Redemption,
  RevocationOutbox,
} from '@cross-app/protocol';
import { DatabaseClock } from './database-clock.js';
import { Database } from './database.js';
import { KnownEpoch } from './epoch.js';
import { SessionEvents } from './events.js';
import type { CrossAppEvents, Listener } from './events.js';
import { prepareInspect } from './lifecycle/inspect.js';
import { prepareIssue } from './lifecycle/issue.js';
import { prepareRedeem } from './lifecycle/redeem.js';
import { prepareRevoke, prepareRevokeAll } from './lifecycle/revoke.js';
import type { StoredSession } from './lifecycle/stored-session.js';
import { resolveOptions } from './options.js';
import type { CrossAppSessionsOptions } from './options.js';
import { prepareIsRevoked } from './revocations/is-revoked.js';
import { RevocationTable } from './revocations/known-table.js';
import { createOutbox } from './revocations/outbox.js';
import { revocationsName } from './revocations/table.js';
import { watchRevocations } from './revocations/watch.js';
import { withOrigin } from './sessions-origin.js';
import type { Store } from './store.js';

/**
 * The verbs on a database, which knows more of a session than the wire does, the events of this process, and which
 * sign-ins have ended because what they were made from was revoked.
 */
export interface DatabaseSessions extends CrossAppSessions, Required<DerivedSessions> {
  issue(request: IssueRequest): Promise<IssuedHandoff<StoredSession>>;
  redeem(token: string, request: RedeemRequest): Promise<Redemption<StoredSession>>;
  inspect(token: string, request: InspectRequest): Promise<Redemption<StoredSession>>;
  /** What is to be told to target apps that have no access to this database. */
  readonly outbox: RevocationOutbox;
  /** Calls the listener after each such event of this instance, once it is durable. */
  on<Name extends keyof CrossAppEvents>(name: Name, listener: Listener<Name>): void;
  /** Takes a listener away again. */
  off<Name extends keyof CrossAppEvents>(name: Name, listener: Listener<Name>): void;
}

/**
 * The four verbs on PostgreSQL: the source app issues with it, and a target app that reaches the same database
 * redeems with it. Nothing is opened here; the first verb takes the first connection from the pool.
 *
 * @throws TypeError for a configuration mistake, with what to write.
 * @example
 * const sessions = createCrossAppSessions({ knex, appId: 'tuvens' });
 * const { token } = await sessions.issue({ userId: 456, accountId: 7, targetApp: 'hi-events' });
 * // … the browser carries the token to the target app, which asks:
 * const { user, account } = await sessions.redeem(token, { targetApp: 'hi-events' });
 */
export function createCrossAppSessions(options: CrossAppSessionsOptions): DatabaseSessions {
  const { knex, prepare, epoch, ...settings } = resolveOptions(options);
  const events = new SessionEvents();
  const database = new Database(knex, { timeoutMs: settings.timeoutMs, prepare });
  const revocations = new RevocationTable(database, revocationsName(settings.names.sessions));
  const store: Store = {
    ...settings,
    database,
    revocations,
    epoch: new KnownEpoch(database, epoch),
    clock: new DatabaseClock(),
    events,
  };
  const sessions: DatabaseSessions = {
    issue: prepareIssue(store),
    redeem: prepareRedeem(store),
    inspect: prepareInspect(store),
    revoke: prepareRevoke(store),
    revokeAll: prepareRevokeAll(store),
    isRevoked: prepareIsRevoked(revocations),
    watchRevocations: (listener) => watchRevocations({ knex, table: revocations }, listener),
    outbox: createOutbox(revocations),
    on: (name, listener) => {
      events.on(name, listener);
    },
    off: (name, listener) => {
      events.off(name, listener);
    },
  };
  return withOrigin(sessions, {
    knex,
    sessionsTable: options.tables?.sessions ?? 'cross_app_sessions',
  });
}
