// Tokens of the rivals that make their own: as random as ours, and stored as ours are.
import { createHash, randomBytes } from 'node:crypto';

export function makeToken() {
  return randomBytes(32).toString('base64url');
}

export function hashOf(token) {
  return createHash('sha256').update(token).digest('hex');
}
