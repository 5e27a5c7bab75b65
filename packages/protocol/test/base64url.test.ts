import fc from 'fast-check';
import { decodeBase64url, encodeBase64url } from '../src/base64url.js';

const wholeGroups = fc
  .integer({ min: 0, max: 30 })
  .chain((groups) => fc.uint8Array({ minLength: groups * 3, maxLength: groups * 3 }));

describe('base64url', () => {
  it('decodes what it encodes', () => {
    fc.assert(
      fc.property(wholeGroups, (bytes) => {
        expect(decodeBase64url(encodeBase64url(bytes))).toEqual(bytes);
      }),
    );
  });

  it('spells as Node does', () => {
    fc.assert(
      fc.property(wholeGroups, (bytes) => {
        expect(encodeBase64url(bytes)).toBe(Buffer.from(bytes).toString('base64url'));
      }),
    );
  });

  it('has all 64 characters, each at its place', () => {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    expect(encodeBase64url(Buffer.from(alphabet, 'base64url'))).toBe(alphabet);
    expect(Buffer.from(decodeBase64url(alphabet)).toString('base64url')).toBe(alphabet);
  });
});
