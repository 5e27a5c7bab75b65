import type { ServerResponse } from 'node:http';
import type { Exchange } from '../../call.js';
import type { IssuerSettings } from '../options.js';
import type { AuthorizeSettings } from './options.js';
import type { AuthorizationRequest, ReturnAddress } from './request.js';

/** An issuer with the option `authorize`. */
export interface AuthorizingIssuer extends IssuerSettings {
  readonly authorize: AuthorizeSettings;
}

/** A browser that is here, and what is known of why so far. */
export interface Visit extends Exchange {
  readonly issuer: AuthorizingIssuer;
  /** Set once it is known good: from then on, errors go there. */
  back?: ReturnAddress;
  /** Set once it is read: from then on, nothing that fails is the target app's mistake. */
  request?: AuthorizationRequest;
}

/** Sends the reply. */
export type Answer = (res: ServerResponse) => void;
