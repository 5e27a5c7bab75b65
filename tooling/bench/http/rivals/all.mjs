import { bare } from './bare.mjs';
import { batched, single } from './cross-app.mjs';
import { handWritten } from './hand-written.mjs';

/** The first one is what the others are beside. */
export const RIVALS = [bare, batched, single, handWritten];
