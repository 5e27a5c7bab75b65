import { context, metrics, propagation, trace } from '@opentelemetry/api';
import type { Attributes } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';
import type { MetricData } from '@opentelemetry/sdk-metrics';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';

/** OpenTelemetry as a host sets it up, which keeps in memory what it would send away. */
export interface RecordedTelemetry {
  readonly tracerProvider: BasicTracerProvider;
  /** The one span of that name; it must have ended. */
  span(name: string): ReadableSpan;
  spans(): readonly ReadableSpan[];
  /** The metrics so far, each by its name. */
  metrics(): Promise<ReadonlyMap<string, MetricData>>;
}

class ManualReader extends MetricReader {
  protected override onShutdown(): Promise<void> {
    return Promise.resolve();
  }
  protected override onForceFlush(): Promise<void> {
    return Promise.resolve();
  }
}

/** Registers it for this process, until `removeTelemetry`. */
export function recordTelemetry(): RecordedTelemetry {
  const exporter = new InMemorySpanExporter();
  const tracerProvider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  const reader = new ManualReader();
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  trace.setGlobalTracerProvider(tracerProvider);
  metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }));
  const spans = (): readonly ReadableSpan[] => exporter.getFinishedSpans();
  return {
    tracerProvider,
    spans,
    span(name) {
      const [found, ...others] = spans().filter((span) => span.name === name);
      if (found === undefined || others.length > 0) throw new Error(`there are ${others.length} more`);
      return found;
    },
    async metrics() {
      const { resourceMetrics } = await reader.collect();
      const data = resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics);
      return new Map(data.map((metric) => [metric.descriptor.name, metric]));
    },
  };
}

export function removeTelemetry(): void {
  context.disable();
  propagation.disable();
  trace.disable();
  metrics.disable();
}

/** The values of a metric with their attributes. */
export function pointsOf(data: MetricData | undefined): { attributes: Attributes; value: unknown }[] {
  return (data?.dataPoints ?? []).map(({ attributes, value }) => ({ attributes, value }));
}
