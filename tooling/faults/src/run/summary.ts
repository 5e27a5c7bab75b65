import Table from 'cli-table3';
import type { Operation } from '../history/history.js';
import type { Run } from './run-with-faults.js';

const OUTCOMES = ['ok', 'refused', 'unknown'] as const;

/** What happened in a run, as tables. */
export function summary({ history, faults, violations }: Run): string {
  return [
    table(['verb', ...OUTCOMES], ofVerbs(history.operations)),
    table(
      ['fault', 'times'],
      [...faults].sort().map(([name, times]) => [name, times]),
    ),
    table(
      ['operations', 'tokens', 'healthy times', 'new lives', 'violations'],
      [
        [
          history.operations.length,
          history.operations.filter(
            ({ request, outcome }) => request.verb === 'issue' && outcome.kind === 'ok',
          ).length,
          history.healthy.length,
          history.newLives.length,
          violations.length,
        ],
      ],
    ),
  ].join('\n');
}

function ofVerbs(operations: readonly Operation[]): (string | number)[][] {
  const verbs = ['issue', 'redeem', 'inspect', 'revoke', 'revokeAll'] as const;
  return verbs.map((verb) => [
    verb,
    ...OUTCOMES.map(
      (kind) =>
        operations.filter(({ request, outcome }) => request.verb === verb && outcome.kind === kind).length,
    ),
  ]);
}

function table(head: string[], rows: (string | number)[][]): string {
  const made = new Table({ head, style: { head: [], border: [] } });
  made.push(...rows);
  return made.toString();
}
