import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';
import { Gauge, Registry } from 'prom-client';
import { checkHealth, healthMetrics, observeHealth } from '../../src/index.js';
import type { HealthMetric, Layout } from '../../src/index.js';
import { openKnex, openTestStore } from '../database.js';
import type { TestStore } from '../database.js';

declare const LAYOUT: Layout;

let store: TestStore;
beforeAll(async () => {
  store = await openTestStore();
  await store.knex.raw('DROP INDEX idx_cross_app_sessions_user_id');
});
afterAll(() => store.close());

const measured = async (): Promise<HealthMetric[]> => healthMetrics(await checkHealth(store.knex));

describe('healthMetrics', () => {
  it('has the verdicts as numbers, and what was measured', async () => {
    const metrics = await measured();
    const valueOf = (name: string, check?: string) =>
      metrics.find((one) => one.name === name && one.labels['check'] === check)?.value;
    expect(valueOf('cross_app_health_status')).toBe(1);
    expect(valueOf('cross_app_health_check_status', 'indexes')).toBe(1);
    expect(valueOf('cross_app_health_check_status', 'clock')).toBe(0);
    expect(valueOf('cross_app_sessions_missing_indexes')).toBe(1);
    expect(valueOf('cross_app_sessions_live_rows')).toBe(0);
    expect(valueOf('cross_app_sessions_index_size_bytes')).toBeGreaterThan(0);
    expect(metrics.every(({ labels }) => labels['table'] === 'public.cross_app_sessions')).toBe(true);
    // What is not there has no metric.
    expect(valueOf('cross_app_last_vacuum_age_seconds')).toBeUndefined();
    expect(valueOf('cross_app_default_partition_rows')).toBe(LAYOUT === 'partitioned' ? 0 : undefined);
  });

  it('keeps to the naming rules of Prometheus, each name with one help', async () => {
    await store.knex.raw('VACUUM (ANALYZE) cross_app_sessions');
    const metrics = await measured();
    const names = [...new Set(metrics.map(({ name }) => name))];
    expect(names).toHaveLength(LAYOUT === 'partitioned' ? 26 : 24);
    for (const name of names) {
      expect(name).toMatch(/^cross_app(_[a-z]+)+$/);
      expect(name).not.toMatch(/_(total|count|sum|bucket|milliseconds|days|hours|percent|kilobytes)$/);
      expect(new Set(metrics.filter((one) => one.name === name).map(({ help }) => help)).size).toBe(1);
    }
  });

  it('fills a registry of prom-client', async () => {
    const registry = new Registry();
    const gauges = new Map<string, Gauge>();
    for (const { name, help, value, labels } of await measured()) {
      const made =
        gauges.get(name) ?? new Gauge({ name, help, labelNames: Object.keys(labels), registers: [registry] });
      gauges.set(name, made);
      made.set({ ...labels }, value);
    }
    const text = await registry.metrics();
    const table = 'table="public.cross_app_sessions"';
    expect(text).toContain('# TYPE cross_app_health_status gauge\n');
    expect(text).toContain(`\ncross_app_health_status{${table}} 1\n`);
    expect(text).toContain(`\ncross_app_health_check_status{${table},check="indexes"} 1\n`);
    expect(text).toContain(
      "# HELP cross_app_sessions_missing_indexes Indexes of the seed's that are not there.\n",
    );
  });
});

/** Collects when it is told to. */
class OnDemand extends MetricReader {
  protected override onForceFlush(): Promise<void> {
    return Promise.resolve();
  }
  protected override onShutdown(): Promise<void> {
    return Promise.resolve();
  }
}

describe('observeHealth', () => {
  let readers: OnDemand[];
  let provider: MeterProvider;
  beforeEach(() => {
    readers = [new OnDemand(), new OnDemand()];
    provider = new MeterProvider({ readers });
  });
  afterEach(() => provider.shutdown());

  /** What each reader sees, as name, labels and value. */
  async function collect(): Promise<unknown[][][]> {
    const results = await Promise.all(readers.map((reader) => reader.collect()));
    return results.map(({ resourceMetrics }) =>
      resourceMetrics.scopeMetrics
        .flatMap(({ metrics }) => metrics)
        .flatMap(({ descriptor, dataPoints }) =>
          dataPoints.map(({ attributes, value }) => [descriptor.name, attributes, value]),
        ),
    );
  }

  async function countLooks(work: () => Promise<unknown>): Promise<number> {
    let looks = 0;
    const watch = ({ sql }: { sql: string }): void => {
      if (sql.startsWith('SELECT to_char(clock_timestamp()')) looks += 1;
    };
    store.knex.on('query', watch);
    await work();
    store.knex.off('query', watch);
    return looks;
  }

  it('gives an OpenTelemetry meter the same metrics, until it is stopped', async () => {
    const stop = observeHealth(provider.getMeter('test'), store.knex);
    const [seen = []] = await collect();
    const wanted = await measured();
    const idOf = (name: unknown, labels: unknown): string => JSON.stringify([name, labels]);
    expect(seen.map(([name, labels]) => idOf(name, labels)).sort()).toEqual(
      wanted.map(({ name, labels }) => idOf(name, labels)).sort(),
    );
    expect(seen).toContainEqual([
      'cross_app_health_check_status',
      { table: 'public.cross_app_sessions', check: 'indexes' },
      1,
    ]);
    stop();
    expect(await countLooks(collect)).toBe(0);
  });

  it('looks once for all gauges of a collection, and once for two collections at the same time', async () => {
    const stop = observeHealth(provider.getMeter('test'), store.knex);
    expect(await countLooks(() => checkHealth(store.knex))).toBe(1);
    expect(await countLooks(collect)).toBe(1);
    expect(await countLooks(collect)).toBe(1);
    stop();
  });

  it('observes nothing and warns when the database is not there', async () => {
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation();
    const nowhere = openKnex('postgres://me:hunter2@127.0.0.1:1/nothing');
    const stop = observeHealth(provider.getMeter('test'), nowhere);
    expect((await collect()).flat()).toEqual([]);
    stop();
    await nowhere.destroy();
    const warnings = warn.mock.calls;
    warn.mockRestore();
    expect(warnings[0]).toEqual([
      expect.stringMatching(/^health could not be observed: .*ECONNREFUSED/),
      'CrossAppHealthWarning',
    ]);
    expect(JSON.stringify(warnings)).not.toContain('hunter2');
  });

  it('refuses wrong options at once', () => {
    expect(() => observeHealth(provider.getMeter('test'), store.knex, { retention: 1 } as object)).toThrow(
      TypeError,
    );
  });
});
