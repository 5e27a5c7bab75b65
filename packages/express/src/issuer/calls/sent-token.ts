import { CrossAppError, SESSION_TOKEN_HEADER } from '@cross-app/protocol';
import { readHeader, readQuery } from '../../request.js';
import type { CrossAppRequest } from '../../request.js';

const FIELD = 'session_token';

/**
 * The token of a GET: in `X-Session-Token`, or in the query for old clients. Whether the text is one is for
 * `inspect` to say.
 *
 * @throws CrossAppError `token_missing`, `invalid_argument` for more than one
 */
export function readSentToken(req: CrossAppRequest): string {
  const inHeader = readHeader(req, SESSION_TOKEN_HEADER);
  const query = readQuery(req);
  const inQuery = query.getAll(FIELD);
  // What Express' query parsers read as a list or an object: a proxy before us may have taken another value.
  const hasList = [...query.keys()].some((name) => name.startsWith(`${FIELD}[`));
  if (inHeader.length > 1 || inQuery.length > 1 || hasList) throw ambiguous();
  const [token, other = token] = [...inHeader, ...inQuery];
  if (token === undefined) throw new CrossAppError('token_missing');
  if (token !== other) throw ambiguous();
  return token;
}

function ambiguous(): CrossAppError {
  return new CrossAppError('invalid_argument', {
    message: `Send one token, in ${SESSION_TOKEN_HEADER} or in ${FIELD}.`,
  });
}
