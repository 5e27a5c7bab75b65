import type { Operation } from '../history/history.js';
import type { Evidence } from './evidence.js';

/** What a rule found in a history. */
export interface Finding {
  /** What is wrong, in a sentence that stays the same when what has nothing to do with it is left out. */
  readonly says: string;
  /** Whose token it is about; null where it is about none. */
  readonly tokenHash: string | null;
  /** The operations that show it, and no others: none where a row or an event does. */
  readonly operations: readonly Operation[];
}

/** A rule, and what it rests on. */
export interface Rule {
  readonly name: string;
  /** What must hold, with the number of the guarantee of the design. */
  readonly because: string;
  /**
   * Finds nothing unless it is sure: what has an unknown outcome may have taken effect at any time since it began, and
   * of two operations that overlap either may have been first.
   */
  find(evidence: Evidence): Iterable<Finding>;
}

/** A rule that a history breaks. */
export interface Violation extends Finding {
  readonly rule: string;
  readonly because: string;
}
