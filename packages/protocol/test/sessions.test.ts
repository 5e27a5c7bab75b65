import { randomUUID } from 'node:crypto';
import { isAppId, isRedemptionId, MAX_TTL_SECONDS } from '../src/index.js';

describe('isRedemptionId', () => {
  it.each([
    ['a random UUID', randomUUID()],
    ['an upper-case UUID', '9B2A6C1E-5F0D-4C8B-9E77-2D6F0A3B4C5D'],
    ['a UUID of version 7', '01890a5d-ac96-774b-bcce-b302099a8057'],
    ['the max UUID', 'ffffffff-ffff-ffff-ffff-ffffffffffff'],
  ])('takes %s', (_name, value) => {
    expect(isRedemptionId(value)).toBe(true);
  });

  it.each([
    ['the nil UUID, which stands for none', '00000000-0000-0000-0000-000000000000'],
    ['a UUID without hyphens, which PostgreSQL would take', '9b2a6c1e5f0d4c8b9e772d6f0a3b4c5d'],
    ['a UUID in braces, which PostgreSQL would take', '{9b2a6c1e-5f0d-4c8b-9e77-2d6f0a3b4c5d}'],
    ['a URN', 'urn:uuid:9b2a6c1e-5f0d-4c8b-9e77-2d6f0a3b4c5d'],
    ['another digit', '9b2a6c1e-5f0d-4c8b-9e77-2d6f0a3b4c5g'],
    ['a line break at its end', '9b2a6c1e-5f0d-4c8b-9e77-2d6f0a3b4c5d\n'],
    ['nothing', ''],
    ['undefined', undefined],
    ['null', null],
    ['an array with a good one', ['9b2a6c1e-5f0d-4c8b-9e77-2d6f0a3b4c5d']],
  ])('refuses %s', (_name, value) => {
    expect(isRedemptionId(value)).toBe(false);
  });
});

describe('isAppId', () => {
  it.each(['tuvens', 'hi-events', 'x', 'a.b:c/d', 'x'.repeat(50)])('takes %s', (value) => {
    expect(isAppId(value)).toBe(true);
  });

  it.each([
    ['nothing', ''],
    ['51 characters', 'x'.repeat(51)],
    ['a blank', 'hi events'],
    ['a line break at its end', 'hi-events\n'],
    ['a NUL', 'hi\0events'],
    ['accents', 'événements'],
    ['a lone surrogate', 'hi\ud800'],
    ['undefined', undefined],
    ['null', null],
    ['an array with a good one', ['tuvens']],
  ])('refuses %s', (_name, value) => {
    expect(isAppId(value)).toBe(false);
  });
});

describe('MAX_TTL_SECONDS', () => {
  it("is the seed's fifteen minutes", () => {
    expect(MAX_TTL_SECONDS).toBe(15 * 60);
  });
});
