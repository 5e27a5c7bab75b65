import jwt from 'jsonwebtoken';
import { CrossAppError } from '@cross-app/protocol';
import type { Revocation } from '@cross-app/protocol';
import { LEEWAY_SECONDS, readRevocation, TYPE, writeClaims } from './logout-claims.js';

// Long enough for a slow reply. Whatever is sent again later is signed again.
const LIFE_SECONDS = 120;

/** Who tells whom, and what proves it. */
export interface LogoutSigner {
  /** The issuer's origin. */
  readonly issuer: string;
  readonly targetApp: string;
  readonly secret: string;
}

/** Whom a target app believes. */
export interface LogoutTrust {
  /** Origins of issuers. */
  readonly issuers: readonly string[];
  readonly targetApp: string;
  /** All are accepted. */
  readonly secrets: readonly string[];
}

/**
 * The revocation as a logout token of OpenID Connect Back-Channel Logout 1.0, section 2.4, signed with the secret that both
 * apps have already, as OpenID has it for `client_secret`. It lives for two minutes.
 */
export function signLogoutToken(revocation: Revocation, { issuer, targetApp, secret }: LogoutSigner): string {
  return jwt.sign(writeClaims(revocation), secret, {
    algorithm: 'HS256',
    header: { alg: 'HS256', typ: TYPE },
    issuer,
    audience: targetApp,
    expiresIn: LIFE_SECONDS,
  });
}

/**
 * The revocation that a logout token holds, if an issuer has signed it for this app with one of the secrets (section 2.6).
 *
 * @throws CrossAppError `client_unauthenticated` when it does not prove who sent it, `invalid_argument` when it says
 *   something else than a revocation. The messages are for logs.
 */
export function readLogoutToken(token: string, trust: LogoutTrust): Revocation {
  return readRevocation(verify(token, trust), trust);
}

// The algorithm is ours to choose, not the token's: neither "none" nor a public key taken for a secret gets through.
function verify(token: string, { secrets, targetApp }: LogoutTrust): jwt.Jwt {
  const reasons = new Set<string>();
  for (const secret of secrets) {
    try {
      return jwt.verify(token, secret, {
        algorithms: ['HS256'],
        audience: targetApp,
        clockTolerance: LEEWAY_SECONDS,
        complete: true,
      });
    } catch (thrown) {
      reasons.add(thrown instanceof Error ? thrown.message : 'no reason');
    }
  }
  throw new CrossAppError('client_unauthenticated', {
    message: `The logout token proves nothing: ${[...reasons].join(', ')}.`,
  });
}
