import type { ServerResponse } from 'node:http';
import type { CrossAppRequest } from './request.js';

/** One call of a client, as traces, metrics and logs name it. */
export interface Call {
  /** `redeem` for the middleware; for the issuer the path below its mount, such as `validate-session`. */
  readonly name: string;
  readonly req: CrossAppRequest;
  /** The app that the call is for, where that is known from the start. Otherwise it is noted once it is proved. */
  readonly targetApp?: string;
  /** What the person sees on the error page of this call, so that they can name it. */
  readonly errorId?: string;
}

/** One call, and where its reply goes. */
export interface Exchange extends Call {
  readonly res: ServerResponse;
}

const targetApps = new WeakMap<CrossAppRequest, string>();

/** Remembers which app the call is made by or for, once that is proved: it must be one that the host has named. */
export function noteTargetApp(req: CrossAppRequest, targetApp: string): void {
  targetApps.set(req, targetApp);
}

/** The app that was noted, or undefined when the call has been refused before. */
export function targetAppOf({ req, targetApp }: Call): string | undefined {
  return targetApp ?? targetApps.get(req);
}
