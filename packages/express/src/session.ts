// ⑤ The target app's own session, in which a handoff ends.
import type { ServerResponse } from 'node:http';
import type { DerivedSession } from '@cross-app/protocol';
import type { CrossAppRequest } from './request.js';

/**
 * Where the target app keeps its sessions, as far as `crossAppSignIn` and `crossAppGuard` need it. The default is
 * `express-session`, or anything with the same `req.session` and `req.sessionStore`.
 */
export interface SessionAdapter {
  /** The handoff that this session was made from, or null. */
  read(req: CrossAppRequest): DerivedSession | null;
  /**
   * Makes the session that has this id, with nothing in it of the one before, which ends; or takes up the one that
   * has this id already, so that a repeated sign-in makes no second one. It holds `derived` from now on.
   *
   * @param id 43 characters that only this browser and this app can know.
   */
  begin(
    req: CrossAppRequest,
    res: ServerResponse,
    session: { id: string; derived: DerivedSession },
  ): Promise<void>;
  /** Stores what the host has put into it, before the reply. */
  save(req: CrossAppRequest): Promise<void>;
  /** Ends it: the browser is signed out here. */
  end(req: CrossAppRequest): Promise<void>;
}
