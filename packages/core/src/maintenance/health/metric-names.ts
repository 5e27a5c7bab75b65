import type { CheckName } from './report.js';

/** A metric by the rules of Prometheus. */
export interface MetricName {
  readonly name: string;
  readonly help: string;
}

/** The verdicts, as numbers. */
export const STATUS_METRICS: { readonly all: MetricName; readonly check: MetricName } = {
  all: { name: 'cross_app_health_status', help: 'The worst of the checks: 0 ok, 1 warn, 2 fail.' },
  check: { name: 'cross_app_health_check_status', help: 'Each check: 0 ok, 1 warn, 2 fail.' },
};

/** A {@link MetricName} and where its value is in a report. */
interface MeasuredMetric extends MetricName {
  readonly check: CheckName;
  readonly value: string;
}

const metric = (name: string, [check, value]: [CheckName, string], help: string): MeasuredMetric => ({
  name: `cross_app_${name}`,
  check,
  value,
  help,
});

/** What is measured, in the order of the checks. */
export const METRICS: readonly MeasuredMetric[] = [
  metric('pending_migrations', ['migrations', 'pending'], 'Migrations that have not run.'),
  metric('sessions_missing_indexes', ['indexes', 'missing'], "Indexes of the seed's that are not there."),
  metric('sessions_invalid_indexes', ['indexes', 'invalid'], 'Indexes that PostgreSQL does not use.'),
  metric(
    'cleanup_lag_seconds',
    ['cleanup', 'lagSeconds'],
    'How long ago cleanup should have taken the oldest row.',
  ),
  metric('cleanup_due_rows', ['cleanup', 'dueRows'], 'Rows that cleanup should have taken, up to 100,000.'),
  metric(
    'partitions_left_seconds',
    ['partitions', 'secondsLeft'],
    'Until the first instant without a partition.',
  ),
  metric(
    'default_partition_rows',
    ['partitions', 'defaultRows'],
    'Rows that no partition was made for, up to 1,000.',
  ),
  metric('ids_used_ratio', ['ids', 'usedShare'], 'Share of the ids that has been given away.'),
  metric('sessions_table_size_bytes', ['size', 'tableBytes'], 'Size of the sessions without indexes.'),
  metric('sessions_index_size_bytes', ['size', 'indexBytes'], 'Size of the indexes of the sessions.'),
  metric('archive_size_bytes', ['size', 'archiveBytes'], 'Size of the archive with its indexes.'),
  metric('sessions_live_rows', ['dead_rows', 'liveRows'], 'Rows of the sessions, as PostgreSQL estimates.'),
  metric('sessions_dead_rows', ['dead_rows', 'deadRows'], 'Dead rows of the sessions, likewise.'),
  metric('archive_live_rows', ['dead_rows', 'archiveLiveRows'], 'Rows of the archive, likewise.'),
  metric('archive_dead_rows', ['dead_rows', 'archiveDeadRows'], 'Dead rows of the archive, likewise.'),
  metric(
    'bloat_bytes',
    ['bloat', 'bloatBytes'],
    'Empty space in the tables, estimated from the widths of rows.',
  ),
  metric(
    'last_vacuum_age_seconds',
    ['vacuum', 'secondsSinceLast'],
    'Since the last vacuum of any of the tables.',
  ),
  metric(
    'last_analyze_age_seconds',
    ['analyze', 'secondsSinceLast'],
    'Since the last analyze of any of the tables.',
  ),
  metric('autovacuum_off_tables', ['autovacuum', 'tablesOff'], 'Tables that autovacuum leaves alone.'),
  metric(
    'frozen_age_ratio',
    ['wraparound', 'frozenAgeShare'],
    'Share of the transaction ids since the oldest in use.',
  ),
  metric(
    'oldest_transaction_seconds',
    ['transactions', 'oldestSeconds'],
    'Age of the oldest open transaction.',
  ),
  metric('sessions_unused_indexes', ['unused_indexes', 'unused'], 'Indexes that nothing has used.'),
  metric(
    'clock_ahead_seconds',
    ['clock', 'aheadSeconds'],
    "How far this machine's clock is ahead of the database's.",
  ),
  metric('clock_uncertainty_seconds', ['clock', 'uncertaintySeconds'], 'How far that may be off.'),
];
