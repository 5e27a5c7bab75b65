import type { CrossAppError } from '@cross-app/protocol';
import type { Call } from '../call.js';
import { logCall } from '../logging/log-call.js';
import { tell } from '../logging/tell.js';
import type { IssuerSettings } from './options.js';

/** Tells the host's log and `onError` of a call that is answered with an error. */
export function report({ options }: Pick<IssuerSettings, 'options'>, error: CrossAppError, call: Call): void {
  logCall(options.logger, call, error);
  tell('onError of crossAppIssuer', () => options.onError?.(error, call.req), call.req);
}
