import type { ServerResponse } from 'node:http';
import { ERRORS, redactTokens } from '@cross-app/protocol';
import type { CrossAppError, WireError } from '@cross-app/protocol';

const NO_STORE = { 'Cache-Control': 'no-store' };

// The table's message and not the error's: whoever threw it may have said there why.
const REFUSAL = { status: 404, headers: NO_STORE, message: ERRORS.invalid_token.message };

/** A reply of the issuer, before it is sent. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Empty for a reply without a body. */
  readonly json: string;
}

/** The 200 reply, or the 204 one without a body. */
export function success(body: object | null): Reply {
  if (body === null) return { status: 204, headers: NO_STORE, json: '' };
  return { status: 200, headers: NO_STORE, json: JSON.stringify(body) };
}

/**
 * The reply to a call of `path` that failed. All reasons for which a token is refused share one reply:
 * 404 with `valid: false`.
 */
export function failure(error: CrossAppError, path: string): Reply {
  const isRefusal = error.publicCode === 'invalid_token';
  const { status, headers, message } = isRefusal ? REFUSAL : error;
  const wireError: WireError = {
    ...(isRefusal ? { valid: false } : {}),
    statusCode: status,
    timestamp: new Date().toISOString(),
    path: redactTokens(path),
    message,
    origin: { message, code: error.publicCode },
  };
  return { status, headers, json: JSON.stringify(wireError) };
}

/** Sends the reply, as JSON if it has a body. */
export function send(res: ServerResponse, { status, headers, json }: Reply): void {
  res.statusCode = status;
  for (const [name, value] of Object.entries(headers)) res.setHeader(name, value);
  if (json === '') {
    res.end();
    return;
  }
  res.setHeader('Content-Type', 'application/json; charset=utf-8');
  res.setHeader('Content-Length', Buffer.byteLength(json));
  res.end(json);
}
