import type * as OpenTelemetry from '@opentelemetry/api';

/** The host's OpenTelemetry, or undefined when it has none installed. Without an SDK in it, it does nothing. */
export const openTelemetry: typeof OpenTelemetry | undefined = load();

function load(): typeof OpenTelemetry | undefined {
  try {
    // An import would fail where the optional peer is missing. The package is built as CommonJS, for Node alone.
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    return require('@opentelemetry/api') as typeof OpenTelemetry;
  } catch {
    return undefined;
  }
}
