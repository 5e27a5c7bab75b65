import type { Context, Span } from '@opentelemetry/api';
import { ERRORS } from '@cross-app/protocol';
import type { CrossAppError } from '@cross-app/protocol';
import { targetAppOf } from '../call.js';
import type { Call } from '../call.js';
import { openTelemetry } from './api.js';
import { ATTRIBUTES, OK, SCOPE } from './names.js';

/** The span of a call, and the context in which the call's work belongs. */
export interface CallSpan {
  readonly span: Span;
  readonly context: Context;
}

/**
 * Starts the call's span: within the host's, such as its HTTP instrumentation's. Where there is none, ours is
 * what the server did for the client, and the child of the `traceparent` that came with the request.
 */
export function startSpan({ name, req }: Call): CallSpan | undefined {
  if (openTelemetry === undefined) return undefined;
  const { context, propagation, SpanKind, trace } = openTelemetry;
  const active = context.active();
  const isWithin = trace.getSpan(active) !== undefined;
  const parent = isWithin ? active : propagation.extract(active, req.headers);
  const kind = isWithin ? SpanKind.INTERNAL : SpanKind.SERVER;
  const attributes = { [ATTRIBUTES.name]: name };
  const span = trace.getTracer(SCOPE).startSpan(`cross-app ${name}`, { kind, attributes }, parent);
  return { span, context: trace.setSpan(parent, span) };
}

/** Runs the work once, within the span if there is one, whatever the host's context manager does. */
export function runWithin<Result>(
  started: CallSpan | undefined,
  work: () => Promise<Result>,
): Promise<Result> {
  const running: { result?: Promise<Result> } = {};
  try {
    if (started !== undefined) {
      openTelemetry?.context.with(started.context, () => {
        running.result = work();
      });
    }
  } catch {
    // A call is worth more than its trace.
  }
  return running.result ?? work();
}

/** Ends it with how the call ended. */
export function endSpan({ span }: CallSpan, call: Call, error: CrossAppError | undefined): void {
  const targetApp = targetAppOf(call);
  if (targetApp !== undefined) span.setAttribute(ATTRIBUTES.targetApp, targetApp);
  span.setAttribute(ATTRIBUTES.outcome, error?.code ?? OK);
  if (error !== undefined) describeError(span, error);
  span.end();
}

// No recordException: the message and stack of a host's error may hold anything.
function describeError(span: Span, { code }: CrossAppError): void {
  const { publicCode, status } = ERRORS[code];
  span.setAttribute(ATTRIBUTES.publicCode, publicCode);
  // As with HTTP, a refusal is the right answer to a wrong question, and no error of the server.
  if (openTelemetry === undefined || status < 500) return;
  span.setAttribute(ATTRIBUTES.errorType, code);
  span.setStatus({ code: openTelemetry.SpanStatusCode.ERROR });
}
