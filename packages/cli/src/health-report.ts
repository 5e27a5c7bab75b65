import { healthMetrics } from '@cross-app/core';
import type { Activity, HealthMetric, HealthReport, TableActivity } from '@cross-app/core';
import { Gauge, Registry } from 'prom-client';
import { checkLines } from './check-lines.js';
import { formatTable } from './table.js';

/** The report for people: the checks, then the two tables of the seed. */
export function toText({ checks, activity }: HealthReport, columns: number | null): string {
  return [checkLines(checks), activityTables(activity, columns)].join('\n');
}

function activityTables(activity: Activity, columns: number | null): string {
  const { sessions, archive, partitions, indexes, since } = activity;
  const tables = [sessions, ...partitions, ...(archive === null ? [] : [archive])];
  return [
    `counted since ${since ?? 'the database was made'}\n`,
    formatTable(
      {
        head: ['table', 'live rows', 'dead', 'inserts', 'updates', 'hot', 'deletes', 'vacuum', 'analyze'],
        rows: tables.map((one) => [
          one.table,
          ...[one.liveRows, one.deadRows, one.inserts, one.updates, one.hotUpdates, one.deletes],
          latest(one.lastVacuum, one.lastAutovacuum),
          latest(one.lastAnalyze, one.lastAutoanalyze),
        ]),
        textColumns: 1,
      },
      columns,
    ),
    '\n',
    formatTable(
      {
        head: ['index', 'scans', 'reads', 'fetches'],
        rows: indexes.map(({ index, scans, reads, fetches }) => [index, scans, reads, fetches]),
        textColumns: 1,
      },
      columns,
    ),
  ].join('');
}

type Time = TableActivity['lastVacuum'];

/** To the minute: `2026-11-25 03:04`. */
function latest(byHand: Time, byItself: Time): Time {
  const [, last = ''] = [byHand ?? '', byItself ?? ''].sort();
  return last === '' ? null : last.slice(0, 16).replace('T', ' ');
}

/** The report in the text format of Prometheus. */
export function toPrometheus(report: HealthReport): Promise<string> {
  return expose(healthMetrics(report));
}

/** What monitoring is told when nothing could be asked. */
export function unreachableMetrics(): Promise<string> {
  const help = 'The worst of the checks: 0 ok, 1 warn, 2 fail.';
  return expose([{ name: 'cross_app_health_status', help, type: 'gauge', value: 2, labels: {} }]);
}

function expose(metrics: readonly HealthMetric[]): Promise<string> {
  const registry = new Registry();
  const gauges = new Map<string, Gauge>();
  for (const { name, help, value, labels } of metrics) {
    const gauge =
      gauges.get(name) ?? new Gauge({ name, help, labelNames: Object.keys(labels), registers: [registry] });
    gauges.set(name, gauge);
    gauge.set({ ...labels }, value);
  }
  return registry.metrics();
}
