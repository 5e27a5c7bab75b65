import { createCrossAppSessions } from '../src/index.js';
import type { CrossAppSessionsOptions, DatabaseSessions } from '../src/index.js';

/** Whether calls are gathered: which of jest's projects this is. */
declare const BATCH: NonNullable<CrossAppSessionsOptions['batch']>;

/** The verbs as this project tests them. */
export function createSessions(options: CrossAppSessionsOptions): DatabaseSessions {
  return createCrossAppSessions({ batch: BATCH, ...options });
}
