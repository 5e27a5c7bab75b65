import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { isCodeChallenge, isCodeVerifier } from '../src/index.js';

// RFC 7636, appendix B.
const verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
const challenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';

describe('isCodeVerifier', () => {
  it.each([
    ['that of RFC 7636, appendix B', verifier],
    ['43 characters', 'a'.repeat(43)],
    ['128 characters', 'a'.repeat(128)],
    ['every allowed character', 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~'],
  ])('takes %s', (_name, value) => {
    expect(isCodeVerifier(value)).toBe(true);
  });

  it.each([
    ['42 characters', 'a'.repeat(42)],
    ['129 characters', 'a'.repeat(129)],
    ['a megabyte', 'a'.repeat(2 ** 20)],
    ['+', verifier.replace('k', '+')],
    ['/', verifier.replace('k', '/')],
    ['padding', `${verifier}=`],
    ['a line break at its end', `${verifier}\n`],
    ['a blank', `${verifier} `],
    ['a NUL', `${verifier}\0`],
    ['accents', 'é'.repeat(43)],
    ['full-width letters', 'ａ'.repeat(43)],
    ['nothing', ''],
    ['undefined', undefined],
    ['null', null],
    ['an array with a good one', [verifier]],
    ['an object that turns into a good one', { toString: (): string => verifier }],
  ])('refuses %s', (_name, value) => {
    expect(isCodeVerifier(value)).toBe(false);
  });
});

describe('isCodeChallenge', () => {
  it('takes that of RFC 7636, appendix B, which is the hash of its verifier', () => {
    expect(createHash('sha256').update(verifier).digest('base64url')).toBe(challenge);
    expect(isCodeChallenge(challenge)).toBe(true);
  });

  it('takes the base64url of any 32 bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (bytes) => {
        expect(isCodeChallenge(Buffer.from(bytes).toString('base64url'))).toBe(true);
      }),
    );
  });

  it('takes one spelling of 32 bytes only', () => {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const spellings = Array.from(alphabet, (last) => challenge.slice(0, -1) + last);
    const sameBytes = spellings.filter(
      (spelling) => Buffer.from(spelling, 'base64url').toString('base64url') === challenge,
    );
    expect(sameBytes).toEqual(['M', 'N', 'O', 'P'].map((last) => challenge.slice(0, -1) + last));
    expect(sameBytes.filter(isCodeChallenge)).toEqual([challenge]);
    expect(spellings.filter(isCodeChallenge)).toHaveLength(16);
  });

  it.each([
    ['42 characters', challenge.slice(1)],
    ['44 characters', `A${challenge}`],
    ['hex', createHash('sha256').update(verifier).digest('hex')],
    ['padding', `${challenge}=`],
    ['the standard alphabet', challenge.replace('-', '+')],
    ['a line break at its end', `${challenge}\n`],
    ['nothing', ''],
    ['null', null],
    ['an array with a good one', [challenge]],
  ])('refuses %s', (_name, value) => {
    expect(isCodeChallenge(value)).toBe(false);
  });
});
