import type { RemovalOptions, RemovalReport } from '@cross-app/core';
import type { Command } from 'commander';
import { addDatabaseUrlOption } from './database-url.js';
import type { DatabaseUrlFlags } from './database-url.js';
import { given } from './given.js';
import { withProgress } from './progress.js';
import type { JobHooks } from './progress.js';
import { addSessionsTableOption } from './sessions-table.js';
import type { SessionsTableFlags } from './sessions-table.js';
import type { Terminal } from './terminal.js';
import { parseWholeNumber } from './whole-number.js';

/** The parsed options of {@link addRemovalOptions}. */
export interface RemovalFlags extends DatabaseUrlFlags, SessionsTableFlags {
  readonly batchSize?: number;
  readonly dryRun?: boolean;
  readonly json?: true;
}

/** The options of every command that moves or deletes rows. */
export function addRemovalOptions(command: Command): Command {
  return addSessionsTableOption(addDatabaseUrlOption(command))
    .option(
      '--batch-size <rows>',
      'rows in one transaction, 1 to 100000 (default: 5000)',
      parseWholeNumber(1, 100_000),
    )
    .option('--dry-run', 'only count')
    .option('--json', 'print an object instead of a sentence');
}

/** The flags as core takes them. */
export function readRemovalOptions({
  sessionsTable,
  batchSize,
  dryRun = false,
}: RemovalFlags): RemovalOptions {
  return { dryRun, ...given({ sessionsTable, batchSize }) };
}

/** How a command speaks of what it does. */
export interface RemovalWords {
  readonly job: string;
  /** As in "would move" and "moved". */
  readonly verb: readonly [infinitive: string, past: string];
  readonly noun: readonly [one: string, several: string];
  /** Where they go, after a blank; empty for good. */
  readonly to: string;
  /** Which ones go, by what was before an instant: as one says it of one, and of several. */
  readonly reason: readonly [one: string, several: string];
}

/** Runs a removal with its progress, and says what it did: in words, or as JSON. */
export async function tellRemoval(
  terminal: Terminal,
  {
    rows,
    words,
    json,
  }: { readonly rows: string; readonly words: RemovalWords; readonly json?: true | undefined },
  work: (hooks: JobHooks) => Promise<RemovalReport>,
): Promise<string> {
  const report = await withProgress(terminal, rows, work);
  return json ? `${JSON.stringify(report)}\n` : describeRemoval(report, words);
}

/** A report as one line. */
export function describeRemoval(report: RemovalReport, words: RemovalWords): string {
  const { rows, outcome, dryRun } = report;
  const { job, verb, noun, to, reason } = words;
  const number = rows === 1 ? 0 : 1;
  const what = `${rows} ${noun[number]}${to}`;
  const before = `before ${report.cutoff.toISOString()}`;
  if (outcome === 'interrupted') return `interrupted: ${verb[1]} ${what}; run it again for the rest\n`;
  if (outcome === 'busy' && rows > 0) return `${verb[1]} ${what}; another ${job} goes on with the rest\n`;
  if (outcome === 'busy') return `busy: another ${job} is running\n`;
  if (rows === 0) return `nothing to do: no ${noun[0]} ${reason[0]} ${before}\n`;
  const done = dryRun ? `would ${verb[0]}` : verb[1];
  return `${done} ${what}: ${rows === 1 ? 'it' : 'they'} ${reason[number]} ${before}\n`;
}
