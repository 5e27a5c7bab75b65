import type { IncomingMessage, ServerResponse } from 'node:http';
import { CrossAppError } from '@cross-app/protocol';
import type { CrossAppErrorCode } from '@cross-app/protocol';
import { warnOfOrder } from './order.js';
import type { CrossAppRequest } from './request.js';

/** `express.json(…)` or `express.urlencoded(…)`, of Express 4 or 5. */
export type BodyParser = (req: IncomingMessage, res: ServerResponse, next: (error?: unknown) => void) => void;

// The `type` of body-parser's errors, which its documentation fixes. Any other is the caller's malformed body.
const CODES: ReadonlyMap<unknown, CrossAppErrorCode> = new Map<unknown, CrossAppErrorCode>([
  ['entity.too.large', 'payload_too_large'],
  ['parameters.too.many', 'payload_too_large'],
  ['encoding.unsupported', 'unsupported_media_type'],
  ['charset.unsupported', 'unsupported_media_type'],
]);

const UNSUPPORTED = 'The character set or compression of the body is not supported.';

const MESSAGES: Partial<Record<CrossAppErrorCode, string>> = {
  invalid_argument: 'The body is malformed.',
  unsupported_media_type: UNSUPPORTED,
};

// Somebody before us took the stream and left no parsed body: there is nothing to read, and nothing wrong.
const TAKEN: ReadonlySet<unknown> = new Set(['stream.not.readable', 'stream.encoding.set']);

const BODY_TAKEN =
  'The body of a request had been read before it came to cross-app, and no fields of it were left: mount cross-app before ' +
  'what reads it, or let express.json() or express.urlencoded() read it. A token in it was not seen.';

// JSON and forms are UTF-8 (RFC 8259, section 8.1; WHATWG URL, section 5). Body parsers read UTF-7 and UTF-16 as
// well, in which a firewall before us sees another text than we do.
const OTHER_CHARSET = /;[ \t]*charset=(?!"?utf-8"?[ \t]*(;|$))/i;

/**
 * The parsed body, whether or not the host parses bodies itself, or undefined when there is none. A body
 * that somebody has begun to read is left to them: `req.body` is then what they made of it.
 *
 * @throws CrossAppError `invalid_argument` for a malformed body, `payload_too_large`, `unsupported_media_type`
 */
export async function readBody(
  req: CrossAppRequest,
  res: ServerResponse,
  parsers: readonly BodyParser[],
): Promise<unknown> {
  for (const parser of parsers) {
    if (req.readableDidRead) break;
    if (OTHER_CHARSET.test(req.headers['content-type'] ?? '')) {
      throw new CrossAppError('unsupported_media_type', { message: UNSUPPORTED });
    }
    await parse(parser, req, res);
  }
  const body = 'body' in req ? req.body : undefined;
  if (req.readableDidRead && !isParsed(body)) warnOfOrder(BODY_TAKEN);
  return body;
}

// A Buffer, a text or nothing is what is left where the host has a raw or a text parser before us, or a proxy.
function isParsed(body: unknown): boolean {
  return typeof body === 'object' && body !== null && !Buffer.isBuffer(body);
}

function parse(parser: BodyParser, req: CrossAppRequest, res: ServerResponse): Promise<void> {
  return new Promise((resolve, reject: (error: Error) => void) => {
    parser(req, res, (thrown) => {
      if (thrown === undefined || TAKEN.has(typeOf(thrown))) resolve();
      else reject(refuse(thrown));
    });
  });
}

function refuse(thrown: unknown): CrossAppError {
  const code = CODES.get(typeOf(thrown)) ?? 'invalid_argument';
  const message = MESSAGES[code];
  // This one holds the whole text and repeats some of it in its message. Whoever prints causes would print the token.
  const cause = typeOf(thrown) === 'entity.parse.failed' ? new SyntaxError('no JSON') : thrown;
  return new CrossAppError(code, { cause, ...(message === undefined ? {} : { message }) });
}

function typeOf(thrown: unknown): unknown {
  return typeof thrown === 'object' && thrown !== null && 'type' in thrown ? thrown.type : undefined;
}
