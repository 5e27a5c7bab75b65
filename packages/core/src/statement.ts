import { hash } from 'node:crypto';
import type { Row, Statement, Values, ValuesOfOne } from './database.js';

/**
 * A statement that runs often enough to be prepared. The name tells one text from any other: connections of the host's
 * pool may serve several `sessions`, each with tables of its own.
 */
export function prepared(verb: string, text: string): Statement {
  return { name: `cross_app_${verb}_${hash('sha256', text).slice(0, 16)}`, text };
}

/** The values of a statement about several rows, all of one length: a list of each of what one row has. */
export function columnsOf(rows: readonly ValuesOfOne[]): Values {
  const [first = []] = rows;
  return first.map((_, column) => rows.map((row) => row[column] ?? null));
}

/** Puts what such a statement answers where the rows were, by the `n` from 1 on that each answer brings back. */
export function inOrder(answers: readonly Row[], count: number): (Row | undefined)[] {
  const ordered = Array.from<Row | undefined>({ length: count });
  for (const answer of answers) ordered[Number(answer['n']) - 1] = answer;
  return ordered;
}
