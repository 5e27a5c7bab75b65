import { isAppId, isRedemptionId } from '@cross-app/protocol';
import type { Revocation } from '@cross-app/protocol';
import type { Jwt } from 'jsonwebtoken';
import { z } from 'zod';
import { invalidArgument } from '../invalid-argument.js';

/** The `typ` of a logout token (section 2.4): no other JWT of the same issuer can be taken for one. */
export const TYPE = 'logout+jwt';
/** How far apart the clocks of issuer and target app may be. */
export const LEEWAY_SECONDS = 60;

const EVENT = 'http://schemas.openid.net/event/backchannel-logout';

// RFC 7515, section 4.1.11: what `crit` names has to be understood, and nothing is.
const HEADER = z.object({ typ: z.literal(TYPE), crit: z.undefined().optional() });

const CLAIMS = z.object({
  iss: z.string(),
  iat: z.number(),
  exp: z.number(),
  jti: z.string().refine(isRedemptionId),
  events: z.object({ [EVENT]: z.looseObject({}) }),
  sub: z.string().min(1).max(255).optional(),
  sid: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
  // Section 2.4: so that no ID token can be taken for a logout token.
  nonce: z.undefined().optional(),
  cross_app: z.object({
    account_id: z.string().min(1).max(255).nullable(),
    source_app: z.string().refine(isAppId).nullable(),
    issued_before: z.iso.datetime(),
  }),
});

/**
 * What a revocation adds to a logout token. One of all people has neither `sub` nor `sid`, of which OpenID wants one; which
 * of a person's handoffs are meant is in a claim of our own.
 */
export function writeClaims(revocation: Revocation): object {
  const { id, tokenHash, userId, accountId, sourceApp, issuedBefore } = revocation;
  return {
    jti: id,
    events: { [EVENT]: {} },
    ...(userId === null ? {} : { sub: userId }),
    ...(tokenHash === null ? {} : { sid: tokenHash }),
    cross_app: { account_id: accountId, source_app: sourceApp, issued_before: issuedBefore.toISOString() },
  };
}

/** The revocation in a JWT whose signature and audience are good. */
export function readRevocation(
  { header, payload }: Jwt,
  known: { readonly issuers: readonly string[]; readonly targetApp: string },
): Revocation {
  requireForm(HEADER.safeParse(header).success, `its typ is not ${TYPE}, or it has crit`);
  const { success, data: claims, error } = CLAIMS.safeParse(payload);
  requireForm(success, error?.issues.map(({ path }) => path.join('.')).join(', '));
  requireForm(known.issuers.includes(claims.iss), 'iss is no issuer of ours');
  requireForm(claims.iat <= Date.now() / 1000 + LEEWAY_SECONDS, 'iat is yet to come');
  return {
    id: claims.jti.toLowerCase(),
    tokenHash: claims.sid ?? null,
    userId: claims.sub ?? null,
    accountId: claims.cross_app.account_id,
    sourceApp: claims.cross_app.source_app,
    targetApp: known.targetApp,
    issuedBefore: new Date(claims.cross_app.issued_before),
  };
}

function requireForm(isGood: boolean, what: string | undefined): asserts isGood {
  if (isGood) return;
  throw invalidArgument(`The logout token is refused: ${what ?? ''}.`);
}
