import { openCrossApp } from '../verbs/rivals/cross-app.mjs';
import { openHandWritten } from '../verbs/rivals/hand-written.mjs';

/** Ours in batches: the share of its capacity is the load of all. */
export const OURS = 'batched';

// Whose queue grows is found out by its length, and not by a call that gives up.
const PATIENT = { timeoutMs: 60_000 };

/** Each opens `{ issue, redeem, close }`, which take one call. */
export function rivalsFor({ maxPending }) {
  return [
    { name: OURS, open: (url) => openCrossApp(url, { ...PATIENT, batch: { maxPending } }) },
    { name: 'single', open: (url) => openCrossApp(url, { ...PATIENT, batch: false }) },
    { name: 'hand-written', open: openHandWritten },
  ];
}
