import type { CrossAppError } from '@cross-app/protocol';
import type { Call } from '../call.js';
import { failClosed } from '../fail-closed.js';
import { openTelemetry } from './api.js';
import { countCall } from './metrics.js';
import { OK } from './names.js';
import { endSpan, runWithin, startSpan } from './span.js';

/**
 * Does the work of a call within a span, and counts it. The result is the work's own promise, whatever OpenTelemetry
 * does: nothing that it throws fails a call.
 */
export function observeCall<Result>(call: Call, work: () => Promise<Result>): Promise<Result> {
  if (openTelemetry === undefined) return work();
  const startedAt = performance.now();
  const started = quietly(() => startSpan(call));
  const end = (error?: CrossAppError): void => {
    const seconds = (performance.now() - startedAt) / 1000;
    quietly(() => {
      countCall({ name: call.name, outcome: error?.code ?? OK, seconds });
    });
    quietly(() => {
      if (started !== undefined) endSpan(started, call, error);
    });
  };
  const result = runWithin(started, work);
  result.then(
    () => {
      end();
    },
    (thrown: unknown) => {
      end(failClosed(thrown));
    },
  );
  return result;
}

function quietly<Value>(act: () => Value): Value | undefined {
  try {
    return act();
  } catch {
    return undefined;
  }
}
