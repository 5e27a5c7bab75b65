import { ERRORS } from '@cross-app/protocol';
import type {
  GenerateSessionReply,
  RevokeSessionsReply,
  UserAccountsReply,
  ValidatePermissionReply,
  ValidateSessionReply,
  WireAccount,
  WireError,
} from '@cross-app/protocol';
import * as z from 'zod';
import { eventData, sessionToken } from './schemas.js';
import type { Fields } from './schemas.js';

// Each is what its type in protocol is: the compiler checks it. Clients must ignore fields that are not named here.
const instant = z.iso.datetime().meta({ description: 'ISO 8601 in UTC.' });
const accountId = z.string().meta({ description: 'As text whatever its type at the source app.' });
const permissions = z.array(z.string());
const publicCodes = [...new Set(Object.values(ERRORS).map(({ publicCode }) => publicCode))];

export const generateSessionReply: z.ZodType<GenerateSessionReply> = z.object({
  session_token: sessionToken,
  expires_at: instant,
  account_id: accountId.exactOptional(),
} satisfies Fields<GenerateSessionReply>);

export const validateSessionReply: z.ZodType<ValidateSessionReply> = z.object({
  valid: z.literal(true),
  user_id: z.string(),
  email: z.string(),
  name: z.string().meta({ description: 'Falls back to the e-mail address.' }),
  account_id: accountId.nullable(),
  user_data: z.object({
    account_id: accountId.nullable(),
    email: z.string(),
    name: z.string(),
    permissions,
  } satisfies Fields<ValidateSessionReply['user_data']>),
  permissions,
  expires_at: instant,
  created_at: instant.exactOptional().meta({ description: 'When the token was issued.' }),
  source_app: z.string().exactOptional().meta({ description: 'The app that issued the token.' }),
  event_data: eventData.exactOptional(),
} satisfies Fields<ValidateSessionReply>);

export const userAccountsReply: z.ZodType<UserAccountsReply> = z.object({
  accounts: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      slug: z.string().nullable(),
    } satisfies Fields<WireAccount>),
  ),
} satisfies Fields<UserAccountsReply>);

export const validatePermissionReply: z.ZodType<ValidatePermissionReply> = z.object({
  has_permission: z.boolean(),
} satisfies Fields<ValidatePermissionReply>);

export const revokeSessionsReply: z.ZodType<RevokeSessionsReply> = z.object({
  revoked: z.int().min(0).meta({ description: 'How many became revoked.' }),
} satisfies Fields<RevokeSessionsReply>);

export const wireError: z.ZodType<WireError> = z.object({
  statusCode: z.int().min(400).max(599),
  timestamp: instant,
  path: z.string().meta({ description: 'The path that was called, without its query.' }),
  message: z.string(),
  origin: z.object({
    message: z.string(),
    code: z.enum(publicCodes),
  } satisfies Fields<WireError['origin']>),
  valid: z
    .literal(false)
    .exactOptional()
    .meta({ description: 'Only with 404, which has one reply for every reason.' }),
} satisfies Fields<WireError>);

export const healthReply: z.ZodType<{ status: 'ok' }> = z.object({ status: z.literal('ok') });

export const openapiReply: z.ZodType = z
  .object({ openapi: z.string(), info: z.object({}), paths: z.object({}) })
  .meta({ description: 'An OpenAPI document.' });
