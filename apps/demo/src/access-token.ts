import jwt from 'jsonwebtoken';

const LIFE_SECONDS = 10 * 60;
const PAGE_LIFE_SECONDS = 60;
const ISSUER = 'tuvens';
const AUDIENCE = 'tuvens-api';

/** What signs and checks: at least 32 random bytes, which only Tuvens has. */
export type AccessTokenKey = Buffer;

/** A bearer token for Tuvens' API: a JWT that is valid for ten minutes. */
export function makeAccessToken(key: AccessTokenKey, userId: number): string {
  return makeJwt(key, userId, LIFE_SECONDS);
}

/** One for a script of Tuvens' own pages, which asks for it at each click: valid for a minute. */
export function makePageAccessToken(key: AccessTokenKey, userId: number): string {
  return makeJwt(key, userId, PAGE_LIFE_SECONDS);
}

function makeJwt(key: AccessTokenKey, userId: number, lifeSeconds: number): string {
  return jwt.sign({}, key, {
    algorithm: 'HS256',
    subject: String(userId),
    issuer: ISSUER,
    audience: AUDIENCE,
    expiresIn: lifeSeconds,
  });
}

/** Whose token the `Authorization` header has, or undefined when it has none of ours that is still valid. */
export function readAccessToken(key: AccessTokenKey, authorization: string | undefined): number | undefined {
  const [, token] = /^bearer +(\S+)$/i.exec(authorization ?? '') ?? [];
  if (token === undefined) return undefined;
  try {
    // The algorithm is ours to say: a token must not choose how it is checked.
    const payload = jwt.verify(token, key, { algorithms: ['HS256'], issuer: ISSUER, audience: AUDIENCE });
    return typeof payload === 'object' ? Number(payload.sub) : undefined;
  } catch {
    return undefined; // expired, somebody else's, or no JWT at all
  }
}
