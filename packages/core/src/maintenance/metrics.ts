import type { Knex } from 'knex';
import { checkHealth } from './health.js';
import { METRICS, STATUS_METRICS } from './health/metric-names.js';
import type { MetricName } from './health/metric-names.js';
import { resolveHealthOptions } from './health/options.js';
import type { HealthOptions } from './health/options.js';
import type { HealthCheck, HealthReport, HealthStatus } from './health/report.js';

/** One measurement, for any system of metrics. */
export interface HealthMetric {
  /** By the rules of Prometheus: base units, the unit at the end. */
  readonly name: string;
  readonly help: string;
  readonly type: 'gauge';
  readonly value: number;
  readonly labels: Readonly<Record<string, string>>;
}

const STATUS_VALUES: Readonly<Record<HealthStatus, number>> = { ok: 0, warn: 1, fail: 2 };

/**
 * What a report measured, and each check as 0 for ok, 1 for warn and 2 for fail. What is unknown, or not there, has
 * no metric: an alert on its absence tells.
 *
 * @example
 * for (const { name, help, value, labels } of healthMetrics(await checkHealth(knex))) {
 *   console.log(`# HELP ${name} ${help}\n${name}{table="${labels['table']}"} ${value}`);
 * }
 */
export function healthMetrics({ status, table, checks }: HealthReport): HealthMetric[] {
  const gauge = (metric: MetricName, value: number, labels: object = {}): HealthMetric => ({
    name: metric.name,
    help: metric.help,
    type: 'gauge',
    value,
    labels: { table, ...labels },
  });
  return [
    gauge(STATUS_METRICS.all, STATUS_VALUES[status]),
    ...checks.map((check) => gauge(STATUS_METRICS.check, STATUS_VALUES[check.status], { check: check.name })),
    ...METRICS.flatMap((metric) => {
      const value = measured(checks, metric);
      return value === undefined ? [] : [gauge(metric, value)];
    }),
  ];
}

function measured(
  checks: readonly HealthCheck[],
  { check, value }: (typeof METRICS)[number],
): number | undefined {
  const found = checks.find(({ name }) => name === check)?.values[value];
  return typeof found === 'number' ? found : undefined;
}

/** The part of an OpenTelemetry `Meter` that {@link observeHealth} needs, so that core needs no OpenTelemetry. */
export interface HealthMeter<Gauge> {
  /** Makes a gauge whose value is asked for at each collection. */
  createObservableGauge(name: string, options?: { description?: string }): Gauge;
  /** Has `callback` called at each collection, for all these gauges at once. */
  addBatchObservableCallback(callback: ObserveGauges<Gauge>, gauges: Gauge[]): void;
  /** Ends what {@link HealthMeter.addBatchObservableCallback} began with the same two. */
  removeBatchObservableCallback(callback: ObserveGauges<Gauge>, gauges: Gauge[]): void;
}

/** A callback of {@link HealthMeter}. */
export type ObserveGauges<Gauge> = (result: {
  observe(gauge: Gauge, value: number, labels?: Record<string, string>): void;
}) => Promise<void>;

/**
 * Registers {@link healthMetrics} as observable gauges on an OpenTelemetry meter, by the same names. Each
 * collection looks once; two at the same time share one look. One that fails observes nothing and emits a process
 * warning named `CrossAppHealthWarning`.
 *
 * @returns a function that unregisters.
 * @throws TypeError for an option that {@link checkHealth} refuses.
 * @example
 * import { metrics } from '@opentelemetry/api';
 * const stop = observeHealth(metrics.getMeter('tuvens'), knex);
 */
export function observeHealth<Gauge>(
  meter: HealthMeter<Gauge>,
  knex: Knex,
  options: HealthOptions = {},
): () => void {
  resolveHealthOptions(options); // throws now rather than at the first collection
  const names = [...Object.values(STATUS_METRICS), ...METRICS];
  const gauges = new Map(
    names.map(({ name, help }) => [name, meter.createObservableGauge(name, { description: help })]),
  );
  const look = sharing(() => checkHealth(knex, options));
  const observe: ObserveGauges<Gauge> = async (result) => {
    try {
      for (const { name, value, labels } of healthMetrics(await look())) {
        const gauge = gauges.get(name);
        if (gauge !== undefined) result.observe(gauge, value, { ...labels });
      }
    } catch (error) {
      process.emitWarning(`health could not be observed: ${String(error)}`, 'CrossAppHealthWarning');
    }
  };
  meter.addBatchObservableCallback(observe, [...gauges.values()]);
  return () => {
    meter.removeBatchObservableCallback(observe, [...gauges.values()]);
  };
}

/** Answers calls that come while one is under way with its result. */
function sharing<Result>(work: () => Promise<Result>): () => Promise<Result> {
  let underWay: Promise<Result> | undefined;
  return () => {
    underWay ??= work().finally(() => {
      underWay = undefined;
    });
    return underWay;
  };
}
