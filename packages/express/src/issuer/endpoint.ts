import type { ServerResponse } from 'node:http';
import type { CrossAppRequest } from '../request.js';
import type { Issuer } from './options.js';

/**
 * One call of the wire protocol: resolves with the body of the 200 reply, rejects with why there is none.
 * Each asks in the same order, so that a stranger learns nothing from a body: method, who calls, body, fields.
 */
export type Endpoint = (issuer: Issuer, req: CrossAppRequest, res: ServerResponse) => Promise<object>;
