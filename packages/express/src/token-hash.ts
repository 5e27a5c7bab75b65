import { createHash } from 'node:crypto';

/** Lower-case hex SHA-256 of the token, as the store keeps it: no use as a token. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
