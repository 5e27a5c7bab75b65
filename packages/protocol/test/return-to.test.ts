import fc from 'fast-check';
import { parseReturnTo } from '../src/index.js';

const ORIGIN = 'https://hi.events';
const SHOP = 'https://shop.hi.events';

// What parsers disagree about, and what they agree about, in pieces.
const PIECES = [
  '/',
  '//',
  '\\',
  '.',
  '..',
  '%2e',
  '%2E%2e',
  '%2f',
  '%5c',
  '%25',
  '%0a',
  '%00',
  '%',
  '%zz',
  '\t',
  '\n',
  ' ',
  '\u0000',
  '\u3002',
  '／',
  '@',
  ':',
  '?',
  '#',
  'https:',
  'https://',
  'javascript:',
  'evil.example',
  'hi.events',
  '.evil.example',
  ORIGIN,
  SHOP,
  'events',
  '[::1]',
  ';',
  '&a=b',
  'é',
  '\ud800',
];

describe('where a browser may be sent', () => {
  it.each([
    ['/', `${ORIGIN}/`],
    ['/events?id=5#top', `${ORIGIN}/events?id=5#top`],
    [ORIGIN, `${ORIGIN}/`],
    [`${ORIGIN}/events`, `${ORIGIN}/events`],
    [`${ORIGIN}?x=//evil.example`, `${ORIGIN}/?x=//evil.example`],
    [`${SHOP}/cart`, `${SHOP}/cart`],
    ['/x?next=%2F%2Fevil.example', `${ORIGIN}/x?next=%2F%2Fevil.example`],
    [`/${'a'.repeat(2047)}`, `${ORIGIN}/${'a'.repeat(2047)}`],
  ])('%s', (value, expected) => {
    expect(parseReturnTo(value, ORIGIN, [SHOP])).toBe(expected);
  });

  it.each([
    undefined,
    null,
    5,
    ['/'],
    { toString: () => '/' },
    '',
    'events',
    '?x',
    '#x',
    '//evil.example',
    '/\\evil.example',
    '/.//evil.example',
    '/a/..//evil.example',
    '/%2e%2e//evil.example',
    '/%2fevil.example',
    '/%5cevil.example',
    '/%252f',
    '/%0d%0a',
    '/%zz',
    '/x?%zz',
    '/ x',
    '/\tx',
    `/${'a'.repeat(2048)}`,
    'https://evil.example/',
    `${ORIGIN}.evil.example/`,
    `${ORIGIN}@evil.example/`,
    `${ORIGIN}:443/`,
    `${ORIGIN}//evil.example`,
    `${ORIGIN}\\@evil.example`,
    'http://hi.events/',
    'HTTPS://hi.events/',
    'https://shop.hi.events.evil.example/',
    'javascript:alert(1)',
  ])('and where not: %j', (value) => {
    expect(parseReturnTo(value, ORIGIN, [SHOP])).toBeUndefined();
  });

  it('is never anywhere else for the parser that browsers have, whatever the text', () => {
    const pieces = fc.array(fc.oneof(fc.constantFrom(...PIECES), fc.string({ maxLength: 3 })), {
      maxLength: 8,
    });
    const text = fc.tuple(fc.constantFrom('', '/', ORIGIN, `${ORIGIN}/`, SHOP), pieces);
    let accepted = 0;
    fc.assert(
      fc.property(text, ([start, rest]) => {
        const href = parseReturnTo(start + rest.join(''), ORIGIN, [SHOP]);
        if (href === undefined) return;
        accepted++;
        const url = new URL(href);
        expect([ORIGIN, SHOP]).toContain(url.origin);
        expect(url.href).toBe(href);
        // Also for whoever takes its path for an address again, once decoded or not.
        const path = url.pathname + url.search;
        expect(new URL(path, url.origin).origin).toBe(url.origin);
        expect(new URL(decodeURIComponent(url.pathname), url.origin).origin).toBe(url.origin);
      }),
      { numRuns: 20_000 },
    );
    expect(accepted).toBeGreaterThan(500);
  });
});
