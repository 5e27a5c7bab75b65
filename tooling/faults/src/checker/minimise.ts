import type { History, Operation } from '../history/history.js';
import { check, RULES } from './check.js';
import { hashOf, tokenOf } from './handoff.js';
import type { Violation } from './violation.js';

/** A violation, and no more of its history than it takes to see it. */
export interface Minimal {
  readonly history: History;
  readonly violation: Violation;
}

/** Leaves out of a history all without which the same rule is still broken in the same way, by the same operations. */
export function minimise(history: History, violation: Violation): Minimal {
  const rules = RULES.filter(({ name }) => name === violation.rule);
  // Without what explained it another one would look like a violation. It was none, so it is none of this.
  const isSame = ({ says, tokenHash, operations }: Violation): boolean =>
    says === violation.says &&
    tokenHash === violation.tokenHash &&
    operations.every((operation) => violation.operations.includes(operation));
  const tryOut = (smaller: History): Minimal | undefined => {
    const found = check(smaller, rules).find(isSame);
    return found && { history: smaller, violation: found };
  };

  const token = onlyOfToken(history, violation);
  const shown = { ...token, operations: violation.operations };
  const start = tryOut(shown) ?? tryOut(token) ?? { history, violation };
  return PARTS.reduce((smaller, part) => withoutEach(smaller, part, tryOut), start);
}

function onlyOfToken(history: History, { tokenHash, operations }: Violation): History {
  if (tokenHash === null) return { ...history, operations, told: [], rows: [] };
  const isOfToken = (item: { readonly tokenHash: string | null }): boolean => item.tokenHash === tokenHash;
  const isOther = (operation: Operation): boolean => {
    const token = tokenOf(operation);
    return token !== undefined && hashOf(token) !== tokenHash;
  };
  return {
    ...history,
    operations: history.operations.filter((operation) => !isOther(operation)),
    told: history.told.filter(isOfToken),
    ...(history.rows && { rows: history.rows.filter(isOfToken) }),
  };
}

const PARTS = ['operations', 'told', 'newLives'] as const;
type Part = (typeof PARTS)[number];

/** Once more from the beginning whenever something could be left out: then what was needed before may not be any more. */
function withoutEach(from: Minimal, part: Part, tryOut: (smaller: History) => Minimal | undefined): Minimal {
  for (const item of from.history[part]) {
    const rest = (from.history[part] as readonly unknown[]).filter((other) => other !== item);
    const smaller = tryOut({ ...from.history, [part]: rest });
    if (smaller !== undefined) return withoutEach(smaller, part, tryOut);
  }
  return from;
}
