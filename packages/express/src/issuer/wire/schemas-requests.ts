import type {
  GenerateSessionRequest,
  InspectSessionRequest,
  RevokeSessionRequest,
  RevokeSessionsRequest,
  ValidatePermissionRequest,
  ValidateSessionRequest,
} from '@cross-app/protocol';
import * as z from 'zod';
import * as fields from './schemas.js';
import type { Fields } from './schemas.js';

// The fields of each call, for OpenAPI. Fields that are not named here are ignored.

export const generateSessionRequest: z.ZodType<GenerateSessionRequest> = z
  .object({
    account_id: fields.accountId.exactOptional(),
    target_app: fields.appId.exactOptional(),
    redirect_uri: fields.redirectUri.exactOptional(),
    event_data: fields.eventData.exactOptional(),
    code_challenge: fields.codeChallenge.exactOptional(),
  } satisfies Fields<GenerateSessionRequest>)
  .meta({ description: 'Nothing is required: an empty object asks for a token for the default target app.' });

const redemption = {
  session_token: fields.sessionToken,
  redemption_id: fields.redemptionId.exactOptional(),
  code_verifier: fields.codeVerifier.exactOptional(),
} satisfies Fields<ValidateSessionRequest>;

export const validateSessionRequest: z.ZodType<ValidateSessionRequest> = z.object(redemption);

export const inspectSessionRequest: z.ZodType<InspectSessionRequest> = z.object({
  ...redemption,
  redeemed: fields.redeemed.exactOptional(),
} satisfies Fields<InspectSessionRequest>);

export const validatePermissionRequest: z.ZodType<ValidatePermissionRequest> = z.object({
  session_token: fields.sessionToken,
  permission: fields.permission,
  resource_id: fields.resourceId.exactOptional(),
} satisfies Fields<ValidatePermissionRequest>);

export const revokeSessionRequest: z.ZodType<RevokeSessionRequest> = z.object({
  session_token: fields.sessionToken,
} satisfies Fields<RevokeSessionRequest>);

export const revokeSessionsRequest: z.ZodType<RevokeSessionsRequest> = z
  .object({
    user_id: fields.id.exactOptional(),
    account_id: fields.id.exactOptional(),
    source_app: fields.appId.exactOptional(),
    issued_before: fields.issuedBefore.exactOptional(),
    all: fields.all.exactOptional(),
  } satisfies Fields<RevokeSessionsRequest>)
  .meta({ description: 'Everything given must match. At least one condition, or all: true.' });
