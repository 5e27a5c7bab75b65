import fc from 'fast-check';
import { check } from '../../src/checker/check.js';
import { minimise } from '../../src/checker/minimise.js';
import type { Minimal } from '../../src/checker/minimise.js';
import type { History } from '../../src/history/history.js';
import { PLANTED } from './planted.js';
import { plan, simulate } from './simulation.js';
import { Story } from './story.js';

/** Of the first violation of the rule. */
function minimalOf(history: History, rule: string): Minimal {
  const violation = check(history).find((found) => found.rule === rule);
  if (violation === undefined) throw new TypeError(`${rule} is not broken`);
  return minimise(history, violation);
}

const idsOf = ({ history }: Minimal): string[] => history.operations.map(({ id }) => id);

describe('minimise', () => {
  it('leaves the two that were answered, and nothing of other tokens', () => {
    const story = new Story();
    const [noise, token] = [story.issue(), story.issue()];
    story.redeem(noise, 'first').inspect(token).redeem(token, 'first').redeem(noise, 'first');
    story.redeem(token, 'first').redeem(token, 'second').redeem(token, 'third').tell('redeemed', token);
    const rows = [story.rowOf(noise), story.rowOf(token)];
    const minimal = minimalOf(story.history({ rows }), 'at-most-once');
    // Without the issue it would be a token that nobody issued.
    expect(idsOf(minimal)).toEqual(['w1-2', 'w1-8', 'w1-9']);
    expect(minimal.history.told).toEqual([]);
    expect(minimal.violation.operations.map(({ id }) => id)).toEqual(['w1-8', 'w1-9']);
  });

  it('never blames one whose explanation was left out', () => {
    const story = new Story();
    const token = story.issue();
    story.redeem(token, 'first').redeem(token, 'second', { refused: 'token_used' });
    story.inspect(token, { refused: 'token_revoked' });
    const { violation, history } = minimalOf(story.history(), 'refusal-explained');
    expect(history.operations).toHaveLength(2);
    expect(violation.operations.at(-1)?.outcome).toEqual({ kind: 'refused', code: 'token_revoked' });
  });

  it('keeps those who were refused for each other', () => {
    const story = new Story();
    const token = story.issue();
    for (const id of ['a', 'b', 'c', 'd']) story.redeem(token, id, { at: 20, refused: 'token_used' });
    const minimal = minimalOf(story.history(), 'exactly-one');
    expect(idsOf(minimal)).toHaveLength(3);
  });

  it.each(PLANTED)('shrinks $what to a few operations that break the same rule', ({ rule, spoil }) => {
    let count = 0;
    fc.assert(
      fc.property(plan, (planned) => {
        for (const history of spoil(simulate(planned)).slice(0, 1)) {
          count += 1;
          const { history: smaller, violation } = minimalOf(history, rule);
          expect(smaller.operations.length).toBeLessThanOrEqual(4);
          expect(check(smaller)).toContainEqual(violation);
        }
      }),
      { numRuns: 60, seed: 2 },
    );
    expect(count).toBeGreaterThan(0);
  });
});
