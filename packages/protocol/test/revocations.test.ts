import { endsDerivedSession } from '../src/index.js';
import type { DerivedSession, Revocation } from '../src/index.js';

const DERIVED: DerivedSession = {
  tokenHash: 'a'.repeat(64),
  userId: '456',
  accountId: '7',
  sourceApp: 'tuvens',
  targetApp: 'hi-events',
  issuedAt: '2030-01-01T12:00:00.000Z',
};
const EVERYTHING: Revocation = {
  id: '7d6f0f0e-1a53-4c5e-8d3e-0d1c2b3a4f5e',
  tokenHash: null,
  userId: null,
  accountId: null,
  sourceApp: null,
  targetApp: null,
  issuedBefore: new Date('2030-01-01T12:00:00.000Z'),
};

describe('a revocation ends', () => {
  it.each<[name: string, change: Partial<Revocation>]>([
    ['everything that was issued until then', {}],
    ['one handoff', { tokenHash: DERIVED.tokenHash }],
    ['a user', { userId: '456' }],
    ['a user at one app', { userId: '456', targetApp: 'hi-events' }],
    ['an account', { accountId: '7' }],
    ['what one app handed over', { sourceApp: 'tuvens' }],
  ])('%s', (_name, change) => {
    expect(endsDerivedSession({ ...EVERYTHING, ...change }, DERIVED)).toBe(true);
  });

  it('what has a time of issue that cannot be read', () => {
    expect(endsDerivedSession(EVERYTHING, { ...DERIVED, issuedAt: 'yesterday' })).toBe(true);
  });

  it('what does not say which app handed it over', () => {
    expect(endsDerivedSession({ ...EVERYTHING, sourceApp: 'tuvens' }, { ...DERIVED, sourceApp: null })).toBe(
      true,
    );
  });
});

describe('a revocation leaves', () => {
  it.each<[name: string, change: Partial<Revocation>]>([
    ['another handoff', { tokenHash: 'b'.repeat(64) }],
    ['another user', { userId: '457' }],
    ['another account', { accountId: '8' }],
    ['another app', { targetApp: 'tickets' }],
    ['what another app handed over', { sourceApp: 'partner' }],
    ['what was issued later', { issuedBefore: new Date('2030-01-01T11:59:59.999Z') }],
    ['what matches in part', { userId: '456', targetApp: 'tickets' }],
  ])('%s', (_name, change) => {
    expect(endsDerivedSession({ ...EVERYTHING, ...change }, DERIVED)).toBe(false);
  });
});
