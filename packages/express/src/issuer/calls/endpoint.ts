import type { ServerResponse } from 'node:http';
import { isIP } from 'node:net';
import type { Socket } from 'node:net';
import { isCrossAppError } from '@cross-app/protocol';
import type { CrossAppError, CrossAppErrorCode } from '@cross-app/protocol';
import { tell } from '../../logging/tell.js';
import { readCaller } from '../../request.js';
import type { CrossAppRequest } from '../../request.js';
import type { Issuer } from '../options.js';

/**
 * One call of the wire protocol: resolves with the body of the 200 reply, or with null for a 204 without
 * one; rejects with why there is neither. Each asks in the same order, so that a stranger learns nothing
 * from a body: method, who calls, body, fields.
 */
export type Endpoint = (issuer: Issuer, req: CrossAppRequest, res: ServerResponse) => Promise<object | null>;

/**
 * The endpoint, with wrong credentials counted for each address: a flood of them is `rate_limited` instead
 * of `client_unauthenticated` or `user_unauthenticated`, and up to the limit the audit has them. Right ones
 * are never counted, so that nobody can lock an app out from behind the same address.
 */
export function countWrongCredentials(endpoint: Endpoint): Endpoint {
  return async function endpointWithCount(issuer, req, res) {
    try {
      return await endpoint(issuer, req, res);
    } catch (thrown) {
      if (isWrongCredential(thrown)) {
        await issuer.limits.credentials(req, res, addressOf(req));
        record(issuer, thrown.code, req);
      }
      throw thrown;
    }
  };
}

// Behind the limit, so that a flood of guesses does not become one of rows.
function record({ options: { audit } }: Issuer, reason: CrossAppErrorCode, req: CrossAppRequest): void {
  if (audit === undefined) return;
  const entry = { event: 'credential_rejected', reason, ...readCaller(req) } as const;
  tell(
    'audit of crossAppIssuer',
    () => {
      audit.record(entry);
    },
    req,
  );
}

function isWrongCredential(thrown: unknown): thrown is CrossAppError {
  return isCrossAppError(thrown, 'client_unauthenticated') || isCrossAppError(thrown, 'user_unauthenticated');
}

// A forwarded header that the host believes may hold any text, and a zone after an address too: were they counted,
// a new one for each call would never be limited, and be kept for a minute whatever its length.
function addressOf(req: CrossAppRequest): string {
  const [address = ''] = readCaller(req).ipAddress?.split('%', 1) ?? [];
  if (isIP(address) !== 0) return address;
  // Adapters for serverless platforms may have none.
  return (req.socket as Socket | undefined)?.remoteAddress ?? 'unknown';
}
