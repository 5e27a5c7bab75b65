import type { CrossAppRequest } from '../request.js';
import { redactorOf, redactText } from './redact.js';
import { redactedError } from './redacted-error.js';

/**
 * Tells a function of the host, called `name`, something that it cannot change any more: what it throws fails no
 * call and becomes a process warning.
 */
export function tell(name: string, listener: () => unknown, req?: CrossAppRequest): void {
  // The async wrapper catches what the listener throws as well as what it rejects with.
  (async () => {
    await listener();
  })().catch((thrown: unknown) => {
    const redact = req === undefined ? redactText : redactorOf(req);
    const shown = String(redactedError(thrown, redact));
    process.emitWarning(`${name} failed: ${shown}`, 'CrossAppListenerWarning');
  });
}
