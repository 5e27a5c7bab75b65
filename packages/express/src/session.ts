// ⑤ The target app's own session, in which a handoff ends.
import type { ServerResponse } from 'node:http';
import type { CrossAppUser, DerivedSession } from '@cross-app/protocol';
import { mistake } from '@cross-app/protocol';
import type { CrossAppRequest } from './request.js';
import { warnOfOrder } from './order.js';

/** What a target app's session remembers of the handoff that it was made from. It is JSON. */
export interface SignInRecord extends DerivedSession {
  /** Who is signed in, for pages that ask "go on as somebody else?". */
  readonly person: Pick<CrossAppUser, 'name' | 'email'>;
}

/** A session to make. */
export interface SessionStart {
  /** 43 characters that only this browser and this app can know. */
  readonly id: string;
  readonly record: SignInRecord;
}

/**
 * Where the target app keeps its sessions, as far as `crossAppSignIn` and `crossAppGuard` need it. The default is
 * {@link expressSession}.
 */
export interface SessionAdapter {
  /** What this session was made from, or null. */
  read(req: CrossAppRequest): SignInRecord | null;
  /**
   * Makes the session that has this id and holds this record, with nothing in it of the one before, which ends. One
   * that has this id already is taken up as it is: a repeated sign-in makes no second session.
   *
   * @returns whether it is a new one.
   */
  begin(req: CrossAppRequest, res: ServerResponse, start: SessionStart): Promise<boolean>;
  /** Stores what the host has put into it, before the reply. */
  save(req: CrossAppRequest): Promise<void>;
  /** Ends it: the browser is signed out here. The host's handlers find an empty one. */
  end(req: CrossAppRequest): Promise<void>;
}

/** A session of `express-session`, as far as it is used here. */
interface HostSession {
  crossApp?: SignInRecord;
  readonly cookie: { toJSON?(): object };
  save(done: (error?: unknown) => void): void;
  regenerate(done: (error?: unknown) => void): void;
}

/** What a store keeps of a session. */
type StoredData = Record<string, unknown> & { readonly crossApp?: SignInRecord };

/** The store of `express-session`, which every store for it extends. */
interface HostStore {
  get(id: string, done: (error: unknown, data?: StoredData | null) => void): void;
  destroy(id: string, done: (error?: unknown) => void): void;
  generate(req: CrossAppRequest): void;
  createSession(req: CrossAppRequest, data: object): HostSession;
}

/** A request behind `express-session`. */
interface HostRequest {
  session: HostSession;
  sessionID: string;
  readonly sessionStore: HostStore;
}

/**
 * Sessions of `express-session` 1.15 or later, with any store. It keeps its record in `req.session.crossApp`, and
 * gives the session its id itself, so that two clicks of one person are one session.
 */
export function expressSession(): SessionAdapter {
  return {
    read: (req) => ('session' in req ? (hostRequest(req).session.crossApp ?? null) : null),
    begin: (req, _res, start) => begin(req, start),
    save: (req) =>
      done((callback) => {
        hostRequest(req).session.save(callback);
      }),
    end: (req) =>
      done((callback) => {
        hostRequest(req).session.regenerate(callback);
      }),
  };
}

async function begin(req: CrossAppRequest, { id, record }: SessionStart): Promise<boolean> {
  const host = hostRequest(req);
  const store = host.sessionStore;
  const found = await find(store, id);
  if (host.sessionID !== id) {
    await done((callback) => {
      store.destroy(host.sessionID, callback);
    });
  }
  if (found?.crossApp?.tokenHash === record.tokenHash) {
    host.sessionID = id;
    host.session = store.createSession(req, found);
    return false;
  }
  // The host's own settings of the cookie are in a session that its store generates.
  store.generate(req);
  const { cookie } = host.session;
  host.sessionID = id;
  host.session = store.createSession(req, { cookie: cookie.toJSON?.() ?? cookie });
  host.session.crossApp = record;
  return true;
}

function find(store: HostStore, id: string): Promise<StoredData | null | undefined> {
  return new Promise((resolve, reject) => {
    store.get(id, (error, data) => {
      // Some stores say with an error that there is none.
      if (error === null || error === undefined || isNotFound(error)) resolve(data);
      else reject(asError(error));
    });
  });
}

function isNotFound(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT';
}

function done(work: (callback: (error?: unknown) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    work((error) => {
      if (error === null || error === undefined) resolve();
      else reject(asError(error));
    });
  });
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new TypeError('the session store failed', { cause: thrown });
}

function hostRequest(req: CrossAppRequest): HostRequest {
  const host = req as unknown as Partial<HostRequest>;
  if (typeof host.session?.save === 'function' && typeof host.sessionStore?.createSession === 'function') {
    return host as HostRequest;
  }
  const error = mistake(
    'mount express-session before crossAppSignIn and crossAppGuard, or give them the option session',
  );
  warnOfOrder(error.message);
  throw error;
}
