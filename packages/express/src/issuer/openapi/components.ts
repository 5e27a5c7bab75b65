import { ERRORS, SHARED_SECRET_HEADER } from '@cross-app/protocol';
import * as z from 'zod';
import * as replies from '../wire/schemas-replies.js';
import * as requests from '../wire/schemas-requests.js';
import { sessionToken } from '../wire/schemas.js';

/** How calls are refused. */
export type RefusalStatus = 400 | 401 | 403 | 404 | 405 | 413 | 415 | 429 | 503;

/** What the refusals of one status have in common. */
interface Refusal {
  readonly name: string;
  readonly description: string;
  readonly headers?: readonly string[];
}

const SCHEMAS: Readonly<Record<string, z.ZodType>> = {
  GenerateSessionRequest: requests.generateSessionRequest,
  ValidateSessionRequest: requests.validateSessionRequest,
  InspectSessionRequest: requests.inspectSessionRequest,
  ValidatePermissionRequest: requests.validatePermissionRequest,
  RevokeSessionRequest: requests.revokeSessionRequest,
  RevokeSessionsRequest: requests.revokeSessionsRequest,
  GenerateSessionReply: replies.generateSessionReply,
  ValidateSessionReply: replies.validateSessionReply,
  UserAccountsReply: replies.userAccountsReply,
  ValidatePermissionReply: replies.validatePermissionReply,
  RevokeSessionsReply: replies.revokeSessionsReply,
  HealthReply: replies.healthReply,
  OpenApiReply: replies.openapiReply,
  SessionToken: sessionToken,
  WireError: replies.wireError,
};

/** The headers that count calls, unless the issuer has no limits. */
export const LIMIT_HEADERS: readonly string[] = [
  'X-RateLimit-Limit',
  'X-RateLimit-Remaining',
  'X-RateLimit-Reset',
];

const HEADERS: Readonly<Record<string, string>> = {
  'X-RateLimit-Limit': 'How many calls may be made in the window. Absent where there is no limit.',
  'X-RateLimit-Remaining': 'How many of them are left.',
  'X-RateLimit-Reset': 'When the window ends.',
  'Retry-After': 'Whole seconds to wait.',
  'WWW-Authenticate': 'How to prove who calls.',
  Allow: 'The method that is answered.',
};

const REFUSALS: Readonly<Record<RefusalStatus, Refusal>> = {
  400: { name: 'InvalidRequest', description: ERRORS.invalid_argument.message },
  401: {
    name: 'Unauthenticated',
    description: 'The user is not signed in, or the app or its secret is not known.',
    headers: ['WWW-Authenticate'],
  },
  403: { name: 'Forbidden', description: ERRORS.account_forbidden.message },
  404: {
    name: 'NotValid',
    description:
      'The token is unknown, expired, used, revoked, for another app or bound to another browser: one reply for all.',
  },
  405: { name: 'MethodNotAllowed', description: ERRORS.method_not_allowed.message, headers: ['Allow'] },
  413: { name: 'PayloadTooLarge', description: ERRORS.payload_too_large.message },
  415: { name: 'UnsupportedMediaType', description: ERRORS.unsupported_media_type.message },
  429: {
    name: 'RateLimited',
    description: ERRORS.rate_limited.message,
    headers: ['Retry-After', ...LIMIT_HEADERS],
  },
  503: {
    name: 'Unavailable',
    description: ERRORS.store_unavailable.message,
    headers: ['Retry-After'],
  },
};

/** References to the refusals of these statuses, by status. */
export function refusals(statuses: readonly RefusalStatus[]): Record<string, object> {
  return Object.fromEntries(
    statuses.map((status) => [`${status}`, { $ref: `#/components/responses/${REFUSALS[status].name}` }]),
  );
}

/** References to these headers, by name. */
export function headers(names: readonly string[]): Record<string, object> {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}

/** A JSON body with the named schema. */
export function jsonOf(schema: string): Record<'application/json', { readonly schema: object }> {
  return { 'application/json': { schema: { $ref: `#/components/schemas/${schema}` } } };
}

/** All that operations refer to. */
export function makeComponents(): Record<string, object> {
  return {
    securitySchemes: {
      userSignIn: {
        type: 'http',
        scheme: 'bearer',
        description: "The user's sign-in at the source app, or whatever else the source app takes for one.",
      },
      sharedSecret: { type: 'apiKey', in: 'header', name: SHARED_SECRET_HEADER },
      appBasic: { type: 'http', scheme: 'basic', description: "The app's id and its secret." },
    },
    schemas: Object.fromEntries(Object.entries(SCHEMAS).map(([name, schema]) => [name, toJson(schema)])),
    headers: Object.fromEntries(
      Object.entries(HEADERS).map(([name, description]) => [
        name,
        { description, schema: { type: 'string' } },
      ]),
    ),
    responses: Object.fromEntries(Object.values(REFUSALS).map((refusal) => [refusal.name, toReply(refusal)])),
  };
}

function toReply({ description, headers: names = [] }: Refusal): object {
  return { description, headers: headers(names), content: jsonOf('WireError') };
}

/** The schema as JSON Schema. */
export function toJson(schema: z.ZodType): object {
  const json = z.toJSONSchema(schema, {
    io: 'input', // unknown fields are ignored: the output would forbid them
    unrepresentable: 'any', // event_data is any JSON
    override: ({ jsonSchema }) => {
      // 400 characters that say what the format says.
      if (jsonSchema.format === 'date-time') delete jsonSchema.pattern;
    },
  });
  delete json.$schema; // OpenAPI 3.1 has the same one as its default
  return json;
}
