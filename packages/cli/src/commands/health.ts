import { checkHealth } from '@cross-app/core';
import type { HealthOptions, HealthReport } from '@cross-app/core';
import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';
import { parseAge } from '../age.js';
import { addDatabaseUrlOption, readDatabaseUrl } from '../database-url.js';
import type { DatabaseUrlFlags } from '../database-url.js';
import { withDatabase } from '../database.js';
import { Failure, hidePasswords, Verdict } from '../failure.js';
import { given } from '../given.js';
import { toPrometheus, toText, unreachableMetrics } from '../health-report.js';
import { addSessionsTableOption } from '../sessions-table.js';
import type { SessionsTableFlags } from '../sessions-table.js';
import type { Terminal } from '../terminal.js';

type Thresholds = Readonly<Record<string, { warn: number; fail: number }>>;

type HealthFlags = DatabaseUrlFlags &
  SessionsTableFlags & { retention?: number; threshold?: Thresholds; json?: true; prometheus?: true };

const EXAMPLES = `
Thresholds: sizeBytes, deadRowsShare, bloatBytes, vacuumAgeSeconds, analyzeAgeSeconds, cleanupLagSeconds,
partitionDaysLeft, idsUsedShare, clockSeconds, transactionSeconds, frozenAgeShare, unusedIndexScans.
A role that may not see something gets a warning; SELECT on the tables and on the sequence of the ids, and pg_read_all_stats, show it all.

Examples:
  cross-app health
    ok    migrations      4 migrations applied
    warn  cleanup         cleanup should have taken 48,211 rows, the oldest 2 days ago
                          run cross-app cleanup, and see why its schedule does not; …
    …
    0 failed, 1 warning, 14 ok
  cross-app health --retention 30d --threshold clockSeconds=5,60 --threshold sizeBytes=100e9,never
  cross-app health --json                              {"status":"warn","checkedAt":"…","table":"…","checks":[…],"activity":{…}}
  cross-app health --prometheus > cross_app.prom.tmp; mv cross_app.prom.tmp cross_app.prom
                                                       for the textfile collector of node_exporter

Exit codes of health, as monitoring systems take them:
  0    all is well
  1    there are warnings
  2    something is broken, the database cannot be reached, or wrong usage`;

/** `cross-app health` */
export function addHealthCommand(program: Command, terminal: Terminal): void {
  const command = program
    .command('health')
    .description('Show what somebody may have to act on, and what to do about it. Changes nothing.')
    .option('--retention <age>', 'what cleanup is told with --older-than (default: 24h)', parseAge)
    .option(
      '--threshold <name=warn,fail>',
      'where a check warns and fails, "never" for not at all; may be repeated',
      readThreshold,
    );
  addSessionsTableOption(addDatabaseUrlOption(command))
    .option('--json', 'print one object instead of lines')
    .addOption(
      new Option('--prometheus', "print metrics in Prometheus' text format instead").conflicts('json'),
    )
    .addHelpText('after', EXAMPLES)
    .action(async (flags: HealthFlags) => {
      const url = readDatabaseUrl(flags, terminal);
      const options = readOptions(flags);
      const report = await withDatabase(url, {}, (knex) => checkHealth(knex, options)).catch(
        (error: unknown) => giveUp(error, flags, terminal),
      );
      terminal.writeOut(await format(report, flags, terminal));
      if (report.status !== 'ok') throw new Verdict(report.status === 'warn' ? 1 : 2);
    });
}

function readOptions({ sessionsTable, retention, threshold }: HealthFlags): HealthOptions {
  return given({ sessionsTable, retentionSeconds: retention, thresholds: threshold });
}

function readThreshold(text: string, others: Thresholds = {}): Thresholds {
  const [, name, warn, fail] = /^(\w+)=([^,]+),([^,]+)$/.exec(text) ?? [];
  const limits = { warn: readLimit(warn), fail: readLimit(fail) };
  if (name !== undefined && limits.warn >= 0 && limits.fail >= 0) return { ...others, [name]: limits };
  throw new InvalidArgumentError(
    'It is a name and two limits, such as clockSeconds=5,60 or sizeBytes=1e9,never.',
  );
}

function readLimit(text: string | undefined): number {
  return text === 'never' ? Infinity : Number(text ?? NaN);
}

function format(
  report: HealthReport,
  { json, prometheus }: HealthFlags,
  { columns }: Terminal,
): Promise<string> | string {
  if (prometheus) return toPrometheus(report);
  return json ? `${JSON.stringify(report)}\n` : toText(report, columns);
}

/** A database that cannot be asked is the worst of all answers, also for who reads the output and not the code. */
async function giveUp(error: unknown, { json, prometheus }: HealthFlags, terminal: Terminal): Promise<never> {
  const { message } = error as Error;
  if (error instanceof TypeError) throw new Failure(2, message);
  if (json) terminal.writeOut(`${JSON.stringify({ status: 'fail', error: hidePasswords(message) })}\n`);
  if (prometheus) terminal.writeOut(await unreachableMetrics());
  throw new Failure(2, message);
}
