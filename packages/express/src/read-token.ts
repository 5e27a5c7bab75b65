import type { ServerResponse } from 'node:http';
import { json, urlencoded } from 'express';
import { CrossAppError, SESSION_TOKEN_HEADER } from '@cross-app/protocol';
import { invalidArgument } from './invalid-argument.js';
import { readBody } from './read-body.js';
import { readHeader } from './request.js';
import type { CrossAppRequest } from './request.js';

// A token is 64 characters, and what a form sends beside it has room enough in the rest.
const LIMIT = '8kb';
const PARSERS = [json({ limit: LIMIT }), urlencoded({ limit: LIMIT, extended: false })];

/**
 * The token of a POST: field `session_token` of a JSON or form body, header `X-Session-Token`, or
 * `Authorization: Bearer`. In more than one place it must be the same. A Bearer value counts whatever it
 * looks like; other schemes are the host's own. Whether the text is a token is for `redeem` to say.
 *
 * @throws CrossAppError `token_missing`, `token_malformed` for what is not one text, `invalid_argument` for
 *   two different tokens or a malformed body, `payload_too_large`, `unsupported_media_type`
 */
export async function readToken(req: CrossAppRequest, res: ServerResponse): Promise<string> {
  const body = await readBody(req, res, PARSERS);
  const [token, ...others] = new Set([
    ...readHeader(req, SESSION_TOKEN_HEADER),
    ...readBearer(req),
    ...readField(body),
  ]);
  if (token === undefined) throw new CrossAppError('token_missing');
  if (others.length > 0) {
    throw invalidArgument('Different handoff tokens were sent at once.');
  }
  if (typeof token !== 'string') throw new CrossAppError('token_malformed');
  return token;
}

function readBearer(req: CrossAppRequest): readonly string[] {
  return readHeader(req, 'authorization').flatMap((value) => {
    const bearer = /^bearer(?: +(.*))?$/i.exec(value);
    return bearer === null ? [] : [bearer[1] ?? ''];
  });
}

function readField(body: unknown): readonly unknown[] {
  const isFields = typeof body === 'object' && body !== null && Object.hasOwn(body, 'session_token');
  return isFields && 'session_token' in body ? [body.session_token] : [];
}
