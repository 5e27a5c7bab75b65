import type { CorpusCase } from '../read-corpus.js';
import type { Stage } from '../stage.js';

/** One way in which a case is given to us, with what it must come to. */
export interface Run {
  /** How, for the name of the test. */
  readonly by: string;
  /** It runs in the process of the tests alone: a call of a function, or a server of its own. */
  readonly isLocal?: true;
  readonly act: (stage: Stage) => Promise<void>;
}

/** What becomes of one case. */
export interface Plan {
  readonly runs: readonly Run[];
  /** Why our answer is not the one that the corpus has for it. */
  readonly differs?: string;
}

/** The plan of a case, or undefined when nobody has thought of it. */
export type Planner = (kase: CorpusCase) => Plan | undefined;

/** Cases that are one by one in a table, by their names. */
export function fromTable(table: Readonly<Record<string, Plan>>): Planner {
  return ({ name }) => (Object.hasOwn(table, name) ? table[name] : undefined);
}
