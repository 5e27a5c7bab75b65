import * as zlib from 'node:zlib';
import fc from 'fast-check';
import { makeToken, parseToken, redactTokens, TOKEN_LENGTH, TOKEN_PATTERN } from '../src/index.js';
import { tokenContents, tokens } from './token-arbitrary.js';

const randomBytes = Uint8Array.from({ length: 32 }, (_, index) => index * 7 + 1);
const content = { randomBytes, expiresAtSeconds: 1_893_456_000 };
const golden = 'handoff_AQABCA8WHSQrMjlAR05VXGNqcXh_ho2Um6KpsLe-xczT2nDb2IDgpGUc';

/** A token with these 38 bytes, made without the code under test. */
function sealed(head: Uint8Array): string {
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(zlib.crc32(head));
  return `handoff_${Buffer.concat([head, checksum]).toString('base64url')}`;
}

describe('makeToken', () => {
  it('gives the same 64 characters for the same content, for ever', () => {
    expect(makeToken(content)).toBe(golden);
  });

  it('lays out version, region, random bytes, expiry and CRC-32, big-endian', () => {
    fc.assert(
      fc.property(tokenContents, ({ randomBytes, expiresAtSeconds, region }) => {
        const expiry = Buffer.alloc(4);
        expiry.writeUInt32BE(expiresAtSeconds);
        const expected = sealed(Buffer.concat([Buffer.of(1, region), randomBytes, expiry]));
        expect(makeToken({ randomBytes, expiresAtSeconds, region })).toBe(expected);
      }),
    );
  });

  it('always gives 64 characters of a URL-safe alphabet', () => {
    fc.assert(
      fc.property(tokens, (token) => {
        expect(token).toHaveLength(64);
        expect(encodeURIComponent(token)).toBe(token);
      }),
    );
    expect(TOKEN_LENGTH).toBe(64);
  });

  it('never gives one token for two contents', () => {
    fc.assert(
      fc.property(tokenContents, tokenContents, (one, other) => {
        fc.pre(JSON.stringify(one) !== JSON.stringify(other));
        expect(makeToken(one)).not.toBe(makeToken(other));
      }),
    );
  });

  it.each([
    ['31 random bytes', { ...content, randomBytes: new Uint8Array(31) }],
    ['33 random bytes', { ...content, randomBytes: new Uint8Array(33) }],
    ['an expiry in milliseconds', { ...content, expiresAtSeconds: 1_893_456_000_000 }],
    ['an expiry of 2^32', { ...content, expiresAtSeconds: 2 ** 32 }],
    ['a fractional expiry', { ...content, expiresAtSeconds: 1.5 }],
    ['an expiry before 1970', { ...content, expiresAtSeconds: -1 }],
    ['no number for the expiry', { ...content, expiresAtSeconds: Number.NaN }],
    ['region 256', { ...content, region: 256 }],
    ['region -1', { ...content, region: -1 }],
  ])('refuses %s', (_name, wrong) => {
    expect(() => makeToken(wrong)).toThrow(RangeError);
  });
});

describe('parseToken', () => {
  it('reads what makeToken wrote', () => {
    fc.assert(
      fc.property(tokenContents, (made) => {
        const { region, expiresAtSeconds } = made;
        expect(parseToken(makeToken(made))).toEqual({ region, expiresAtSeconds });
      }),
    );
  });

  it('reads a token that something else made', () => {
    expect(parseToken(sealed(Buffer.concat([Buffer.of(1, 7), randomBytes, Buffer.of(0, 0, 1, 2)])))).toEqual({
      region: 7,
      expiresAtSeconds: 258,
    });
  });

  it.each([
    ['the golden token', golden],
    // Where every bit is 1, a decoder that looks up -1 for a stranger gives the right bytes all the same.
    ['a token of ones', makeToken({ ...content, randomBytes: new Uint8Array(32).fill(0xff) })],
  ])('refuses %s with any one character changed to any other', (_name, token) => {
    const printable = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index));
    const strangers = [
      ...printable,
      '\0',
      '\n',
      '\r',
      '\t',
      '\u00a0',
      'é',
      'ａ',
      'а',
      '\ud800',
      '\u200b',
      '😀',
    ];
    const accepted = Array.from(token).flatMap((original, at) =>
      strangers
        .filter((stranger) => stranger !== original)
        .map((stranger) => token.slice(0, at) + stranger + token.slice(at + 1))
        .filter((changed) => parseToken(changed) !== undefined),
    );
    expect(accepted).toEqual([]);
  });

  it('refuses any token with one character changed', () => {
    const alphabet = Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_');
    const places = fc.integer({ min: 8, max: 63 });
    fc.assert(
      fc.property(tokens, places, fc.constantFrom(...alphabet), (token, at, character) => {
        fc.pre(token.charAt(at) !== character);
        expect(parseToken(token.slice(0, at) + character + token.slice(at + 1))).toBeUndefined();
      }),
      { numRuns: 2_000 },
    );
  });

  it('refuses any two neighbouring characters swapped', () => {
    fc.assert(
      fc.property(tokens, fc.integer({ min: 0, max: 62 }), (token, at) => {
        const [one, other] = [token.charAt(at), token.charAt(at + 1)];
        fc.pre(one !== other);
        expect(parseToken(token.slice(0, at) + other + one + token.slice(at + 2))).toBeUndefined();
      }),
      { numRuns: 1_000 },
    );
  });

  it('knows one spelling of each token only', () => {
    fc.assert(
      fc.property(tokens, (token) => {
        const secret = token.slice('handoff_'.length);
        const spellings = [
          `${token}=`,
          `${token}==`,
          ` ${token}`,
          `${token} `,
          `${token}\n`,
          `${token}\r\n`,
          `\ufeff${token}`,
          `\u202e${token}`,
          `${token}\u0301`,
          `${token}\0`,
          `${token.slice(0, 20)} ${token.slice(20)}`,
          `${token.slice(0, 20)}\n${token.slice(20)}`,
          `${token.slice(0, 20)}\0${token.slice(20)}`,
          `handoff_${fullWidth(secret)}`,
          `handoff_${percentEncoded(secret)}`,
          `${percentEncoded('handoff_')}${secret}`,
          `HANDOFF_${secret}`,
          `Handoff_${secret}`,
          `handoff-${secret}`,
          `handoff_${Buffer.from(secret, 'base64url').toString('hex')}`,
          secret,
          token.slice(1),
          token.slice(0, -1),
          `${token}A`,
          token + token,
        ];
        expect(spellings.filter((spelling) => parseToken(spelling) !== undefined)).toEqual([]);
      }),
    );
  });

  it('refuses the standard base64 alphabet, which Node would decode to the same bytes', () => {
    const bytes = new Uint8Array(32).fill(0xff);
    const token = makeToken({ randomBytes: bytes, expiresAtSeconds: 0xfbffffff });
    const standard = token.slice(8).replaceAll('-', '+').replaceAll('_', '/');
    expect(standard).toMatch(/[+/]/);
    expect(Buffer.from(standard, 'base64url')).toEqual(Buffer.from(token.slice(8), 'base64url'));
    expect(parseToken(`handoff_${standard}`)).toBeUndefined();
  });

  it('refuses other versions, however right their checksum', () => {
    const versions = Array.from({ length: 256 }, (_, version) => version);
    const readable = versions.filter(
      (version) => parseToken(sealed(Buffer.concat([Buffer.of(version, 0), Buffer.alloc(36)]))) !== undefined,
    );
    expect(readable).toEqual([1]);
  });

  it('refuses every wrong checksum that differs in one bit', () => {
    const bytes = Buffer.from(golden.slice(8), 'base64url');
    const readable = Array.from({ length: 32 }, (_, bit) => {
      const changed = Buffer.from(bytes);
      changed.writeUInt32BE((changed.readUInt32BE(38) ^ (1 << bit)) >>> 0, 38);
      return parseToken(`handoff_${changed.toString('base64url')}`);
    });
    expect(readable).toEqual(Array.from({ length: 32 }, () => undefined));
  });

  it.each([undefined, null, 0, 64, true, '', [golden], { toString: () => golden }, new String(golden)])(
    'refuses what is not text of the form: %p',
    (value) => {
      expect(parseToken(value)).toBeUndefined();
    },
  );

  it('takes no longer for a megabyte than for a token', () => {
    expect(parseToken('A'.repeat(2 ** 20))).toBeUndefined();
    expect(parseToken(`handoff_${'A'.repeat(2 ** 20)}`)).toBeUndefined();
  });
});

describe('TOKEN_PATTERN', () => {
  it('finds every token in a text, and nothing but', () => {
    const separators = fc.constantFrom(' ', '&', '?session_token=', '"', '\n', ';', '/', '%', '=');
    fc.assert(
      fc.property(fc.array(tokens, { maxLength: 5 }), separators, (hidden, separator) => {
        const text = separator + hidden.join(separator) + separator;
        expect(text.match(new RegExp(TOKEN_PATTERN, 'g')) ?? []).toEqual(hidden);
      }),
    );
  });
});

describe('redactTokens', () => {
  const windows = (secret: string): string[] =>
    Array.from({ length: secret.length - 8 }, (_, at) => secret.slice(at, at + 9));
  const leaks = (text: string, token: string): boolean =>
    windows(token.slice('handoff_'.length)).some((part) => text.includes(part));
  const surroundings = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('handoff_', 'handoff_a', 'GET /auth?session_token=', '&x=y', '-_', 'A'),
  );

  it('leaves no more than 8 characters of a token in any text', () => {
    fc.assert(
      fc.property(surroundings, tokens, surroundings, (before, token, after) => {
        fc.pre(!leaks(before + after, token));
        const redacted = redactTokens(before + token + after);
        expect(leaks(redacted, token)).toBe(false);
        expect(redacted).toContain('handoff_[redacted]');
      }),
    );
  });

  it('leaves no more than 8 characters of a token that was cut off', () => {
    fc.assert(
      fc.property(tokens, fc.integer({ min: 8, max: 64 }), (token, length) => {
        const cut = `${token.slice(0, length)}…`;
        expect(leaks(redactTokens(cut), token)).toBe(false);
      }),
    );
  });

  it('removes every token of a text and keeps the rest as it is', () => {
    const other = makeToken({ ...content, region: 1 });
    expect(redactTokens(`GET /a?session_token=${golden}&action=x 303\n{"token":"${other}"}`)).toBe(
      'GET /a?session_token=handoff_[redacted]&action=x 303\n{"token":"handoff_[redacted]"}',
    );
  });

  it('keeps a text without tokens, and one that it has already been through', () => {
    const text = 'handoff_id, handoff_[redacted] and Handoff_AQABCA8WHSQrMjlA';
    expect(redactTokens(text)).toBe(text);
  });
});

function fullWidth(text: string): string {
  return text.replace(/[!-~]/g, (character) => String.fromCharCode(character.charCodeAt(0) + 0xfee0));
}

function percentEncoded(text: string): string {
  return Array.from(text, (character) => `%${character.charCodeAt(0).toString(16)}`).join('');
}
