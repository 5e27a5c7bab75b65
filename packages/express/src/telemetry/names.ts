/** The instrumentation scope of everything below. */
export const SCOPE = '@cross-app/express';

/** Attributes of a span; a metric has the first two. None holds a token, a secret, a person or an address. */
export const ATTRIBUTES = {
  name: 'cross_app.call.name',
  outcome: 'cross_app.call.outcome',
  publicCode: 'cross_app.call.public_code',
  targetApp: 'cross_app.target_app',
  /** OpenTelemetry's own: only on spans whose status is an error. */
  errorType: 'error.type',
} as const;

export const METRICS = {
  calls: 'cross_app.calls',
  duration: 'cross_app.call.duration',
} as const;

/** The outcome of a call that was answered as asked. Any other is the private code of its error. */
export const OK = 'ok';
