import fc from 'fast-check';
import { rulesBroken } from './story.js';
import { PLANTED } from './planted.js';
import { plan, simulate } from './simulation.js';

describe('check, on simulated histories', () => {
  it('accuses no store that keeps its guarantees, whatever happens on the way to it', () => {
    fc.assert(
      fc.property(plan, (planned) => {
        expect(rulesBroken(simulate(planned))).toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });

  // Each in some way in which it can be planted; the same seed, so that there always is one.
  it.each(PLANTED)('finds $what ($rule)', ({ rule, spoil }) => {
    let spoiled = 0;
    fc.assert(
      fc.property(plan, (planned) => {
        for (const history of spoil(simulate(planned))) {
          spoiled += 1;
          expect(rulesBroken(history)).toContain(rule);
        }
      }),
      { numRuns: 300, seed: 1 },
    );
    expect(spoiled).toBeGreaterThan(10);
  });
});
