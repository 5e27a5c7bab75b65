import type { History } from '../history/history.js';
import { Evidence } from './evidence.js';
import { alwaysEnds } from './rules/always-ends.js';
import { answersTrue } from './rules/answers-true.js';
import { atMostOnce } from './rules/at-most-once.js';
import { exactlyOne } from './rules/exactly-one.js';
import { expiryHolds } from './rules/expiry-holds.js';
import { healthyAnswers } from './rules/healthy-answers.js';
import { lifeAsAsked } from './rules/life-as-asked.js';
import { nobodyIssued } from './rules/nobody-issued.js';
import { oldLife } from './rules/old-life.js';
import { refusalExplained, retryAnswered } from './rules/refusal-explained.js';
import { revokeHolds } from './rules/revoke-holds.js';
import { rowsMatch } from './rules/rows-match.js';
import { sameAnswer } from './rules/same-answer.js';
import { toldMatches } from './rules/told-matches.js';
import { wrongProof } from './rules/wrong-proof.js';
import type { Rule, Violation } from './violation.js';

/** All that a history is held against. */
export const RULES: readonly Rule[] = [
  atMostOnce,
  exactlyOne,
  refusalExplained,
  retryAnswered,
  sameAnswer,
  answersTrue,
  lifeAsAsked,
  revokeHolds,
  expiryHolds,
  wrongProof,
  nobodyIssued,
  oldLife,
  healthyAnswers,
  alwaysEnds,
  rowsMatch,
  toldMatches,
];

/** The rules that a history breaks: none where the store may have kept its guarantees. */
export function check(history: History, rules: readonly Rule[] = RULES): Violation[] {
  const evidence = new Evidence(history);
  return rules.flatMap(({ name, because, ...rule }) =>
    [...rule.find(evidence)].map((finding) => ({ rule: name, because, ...finding })),
  );
}
