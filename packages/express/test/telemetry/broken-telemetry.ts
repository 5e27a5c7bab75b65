import { context, metrics, propagation, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import type { Context, ContextManager, Meter, Span, Tracer } from '@opentelemetry/api';
import { recordTelemetry } from './recorded-telemetry.js';

const broken = (): never => {
  throw new RangeError('telemetry is broken');
};

/** Each sets a host's OpenTelemetry up, with one part of it that does not do what it should. */
export const BROKEN: readonly (readonly [what: string, setUp: () => void])[] = [
  [
    'there are no tracers',
    () => {
      useTracers(broken);
    },
  ],
  [
    'no span can be started',
    () => {
      useTracers(() => breaking(realTracer(), 'startSpan'));
    },
  ],
  [
    'a span takes no attributes',
    () => {
      useSpans((span) => breaking(span, 'setAttribute', 'setAttributes'));
    },
  ],
  [
    'a span takes no status, and does not end',
    () => {
      useSpans((span) => breaking(span, 'setStatus', 'end'));
    },
  ],
  [
    'no context can be entered',
    () => {
      useContexts(broken);
    },
  ],
  [
    'a context never runs what it is given',
    () => {
      useContexts(() => undefined);
    },
  ],
  [
    'a context throws when it is left',
    () => {
      useContexts((run) => [run(), broken()]);
    },
  ],
  ['the propagator throws', usePropagator],
  [
    'there are no meters',
    () => {
      useMeters(broken);
    },
  ],
  [
    'no instrument can be made',
    () => {
      useMeters(() => breaking(realMeter(), 'createCounter', 'createHistogram'));
    },
  ],
  [
    'the instruments throw',
    () => {
      useMeters(meterOfBrokenInstruments);
    },
  ],
];

/** The real one, except that its methods of these names throw. */
function breaking<Part extends object>(part: Part, ...names: (keyof Part)[]): Part {
  return new Proxy(part, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (names.some((each) => each === name)) return broken;
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

function realTracer(): Tracer {
  return recordTelemetry().tracerProvider.getTracer('host');
}

function realMeter(): Meter {
  return metrics.getMeter('host');
}

function useTracers(getTracer: () => Tracer): void {
  trace.disable();
  trace.setGlobalTracerProvider({ getTracer });
}

function useSpans(change: (span: Span) => Span): void {
  const tracer = realTracer();
  useTracers(() => ({
    startSpan: (...given) => change(tracer.startSpan(...given)),
    startActiveSpan: broken,
  }));
}

function useContexts(enter: (run: () => unknown) => unknown): void {
  const manager = {
    active: () => ROOT_CONTEXT,
    with: (_context: Context, run: () => unknown) => enter(run),
    bind: (_context: Context, target: unknown) => target,
    enable: () => manager,
    disable: () => manager,
  };
  realTracer();
  context.disable();
  context.setGlobalContextManager(manager as ContextManager);
}

function usePropagator(): void {
  realTracer();
  propagation.disable();
  propagation.setGlobalPropagator({ inject: broken, extract: broken, fields: () => [] });
}

function useMeters(getMeter: () => Meter): void {
  metrics.disable();
  metrics.setGlobalMeterProvider({ getMeter });
}

function meterOfBrokenInstruments(): Meter {
  const meter = realMeter();
  const createCounter: Meter['createCounter'] = (name) => breaking(meter.createCounter(name), 'add');
  const createHistogram: Meter['createHistogram'] = (name) => breaking(meter.createHistogram(name), 'record');
  return { ...meter, createCounter, createHistogram };
}
