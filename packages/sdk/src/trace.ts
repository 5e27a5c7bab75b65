import { member } from './member.js';

// W3C Trace Context, sections 3.2 and 3.3. Version ff and ids of zeros alone are not valid.
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;
const TRACESTATE_MEMBER = /^[a-z0-9][a-z0-9_\-*/@]{0,255}=[ -+\--<>-~]{0,255}[!-+\--<>-~]$/;
const MAX_TRACESTATE_LENGTH = 512;
const MAX_TRACESTATE_MEMBERS = 32;

/**
 * The two headers of W3C Trace Context, as far as the option gives them in their form. Nothing else of what
 * it gives is sent: a header of any name could stand in for a proof. It never throws.
 */
export function readTraceHeaders(
  traceHeaders: (() => Readonly<Record<string, string>>) | undefined,
): Readonly<Record<string, string>> {
  try {
    const carrier: unknown = traceHeaders?.();
    // Nobody else would hear of it, and Node ends the process for a rejection that nobody hears of.
    if (carrier instanceof Promise) carrier.catch(() => undefined);
    const traceparent = member(carrier, 'traceparent');
    if (typeof traceparent !== 'string' || !TRACEPARENT.test(traceparent)) return {};
    const tracestate = readTracestate(member(carrier, 'tracestate'));
    return { traceparent, ...(tracestate === undefined ? {} : { tracestate }) };
  } catch {
    // A call is worth more than its trace.
    return {};
  }
}

function readTracestate(value: unknown): string | undefined {
  if (typeof value !== 'string' || value.length > MAX_TRACESTATE_LENGTH) return undefined;
  // Blanks around a member, and members without anything, are allowed and mean nothing.
  const members = value
    .split(',')
    .map((each) => each.replace(/^[ \t]+/, '').replace(/[ \t]+$/, ''))
    .filter((each) => each !== '');
  const isValid = members.length > 0 && members.length <= MAX_TRACESTATE_MEMBERS;
  return isValid && members.every((each) => TRACESTATE_MEMBER.test(each)) ? members.join(',') : undefined;
}
