import { SESSION_TOKEN_HEADER } from '@cross-app/protocol';
import { requireMethod } from '../../request.js';
import { AUTHORIZE_PATH } from '../authorize/path.js';
import type { Endpoint } from '../calls/endpoint.js';
import { isAnswered } from '../calls/is-answered.js';
import { AUTHORIZE_OPERATION } from './authorize.js';
import { headers, jsonOf, LIMIT_HEADERS, makeComponents, refusals } from './components.js';
import { EXAMPLES } from './examples.js';
import { OPERATIONS } from './operations.js';
import type { Operation } from './operations.js';

const TOKEN = { $ref: '#/components/schemas/SessionToken' };
const TOKEN_PARAMETERS = [
  {
    name: SESSION_TOKEN_HEADER,
    in: 'header',
    description: 'The token, unless it is in the query.',
    schema: TOKEN,
  },
  {
    name: 'session_token',
    in: 'query',
    description: 'For old clients: queries end up in logs.',
    deprecated: true,
    schema: TOKEN,
  },
];

/** OpenAPI 3.1 of the issuer. Its schemas are those that requests are validated by, so the two cannot drift. */
const DOCUMENT = {
  openapi: '3.1.0',
  info: {
    title: 'cross-app issuer',
    version: '1.0.0',
    description: 'Single-use sign-in handoffs between apps. Fields that are not named here are ignored.',
  },
  // Beside this document, wherever the host has mounted the issuer.
  servers: [{ url: '.' }],
  paths: {
    ...Object.fromEntries(
      OPERATIONS.map((operation) => [operation.path, { [operation.method]: describe(operation) }]),
    ),
    [AUTHORIZE_PATH]: { get: AUTHORIZE_OPERATION },
  },
  components: makeComponents(),
};

/** `GET /openapi.json`: what the issuer answers, for everybody. */
export const openapi: Endpoint = function openapi(issuer, req) {
  return new Promise((resolve) => {
    requireMethod(req, 'GET');
    const answered = Object.entries(DOCUMENT.paths).filter(([path]) => isAnswered(issuer, path));
    resolve({ ...DOCUMENT, paths: Object.fromEntries(answered) });
  });
};

function describe(operation: Operation): object {
  const { operationId, summary, callers, request, reply, tokenInHeader } = operation;
  return {
    operationId,
    summary,
    security: callers.map((caller) => ({ [caller]: [] })),
    ...(tokenInHeader === undefined ? {} : { parameters: TOKEN_PARAMETERS }),
    ...(request === undefined ? {} : { requestBody: describeBody(request) }),
    responses: {
      ...(reply === undefined ? { 204: { description: 'Done.' } } : { 200: describeReply(operation, reply) }),
      ...refusals([...operation.refusals, 405]),
    },
  };
}

function describeBody(schema: string): object {
  const examples = Object.entries(EXAMPLES[schema] ?? {}).map(([name, value]) => [name, { value }]);
  const { 'application/json': json } = jsonOf(schema);
  return {
    required: true,
    content: { 'application/json': { ...json, examples: Object.fromEntries(examples) as object } },
  };
}

function describeReply({ refusals: statuses }: Operation, reply: string): object {
  const isLimited = statuses.includes(429);
  return {
    description: 'Done.',
    ...(isLimited ? { headers: headers(LIMIT_HEADERS) } : {}),
    content: jsonOf(reply),
  };
}
