import type { Counter, Histogram, MeterProvider } from '@opentelemetry/api';
import { openTelemetry } from './api.js';
import { ATTRIBUTES, METRICS, SCOPE } from './names.js';

interface Instruments {
  readonly calls: Counter;
  readonly duration: Histogram;
}

// What OpenTelemetry's conventions give for HTTP. The default ones are meant for milliseconds.
const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

// Instruments made before the host has set its SDK up would do nothing for ever.
const made = new WeakMap<MeterProvider, Instruments>();

/** A call that ended, in numbers. */
export interface EndedCall {
  readonly name: string;
  readonly outcome: string;
  readonly seconds: number;
}

/** Counts the call and its duration. */
export function countCall({ name, outcome, seconds }: EndedCall): void {
  const instruments = findInstruments();
  const attributes = { [ATTRIBUTES.name]: name, [ATTRIBUTES.outcome]: outcome };
  instruments?.calls.add(1, attributes);
  instruments?.duration.record(seconds, attributes);
}

function findInstruments(): Instruments | undefined {
  const provider = openTelemetry?.metrics.getMeterProvider();
  if (provider === undefined) return undefined;
  const known = made.get(provider);
  if (known !== undefined) return known;
  const instruments = makeInstruments(provider);
  made.set(provider, instruments);
  return instruments;
}

function makeInstruments(provider: MeterProvider): Instruments {
  const meter = provider.getMeter(SCOPE);
  return {
    calls: meter.createCounter(METRICS.calls, {
      description: 'Calls of the issuer and of the middleware, by how they ended.',
      unit: '{call}',
    }),
    duration: meter.createHistogram(METRICS.duration, {
      description: 'How long these calls took.',
      unit: 's',
      advice: { explicitBucketBoundaries: SECONDS },
    }),
  };
}
