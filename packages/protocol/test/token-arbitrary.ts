import fc from 'fast-check';
import { makeToken } from '../src/token.js';
import type { TokenContent } from '../src/token.js';

/** Everything that a token can hold. */
export const tokenContents: fc.Arbitrary<Required<TokenContent>> = fc.record({
  randomBytes: fc.uint8Array({ minLength: 32, maxLength: 32 }),
  expiresAtSeconds: fc.integer({ min: 0, max: 0xffffffff }),
  region: fc.integer({ min: 0, max: 255 }),
});

/** Any token. */
export const tokens: fc.Arbitrary<string> = tokenContents.map(makeToken);
