/**
 * What every implementation of `CrossAppSessions` must do, as cases for any test runner. `@cross-app/core` and
 * `@cross-app/sdk` pass it; run it against a store of your own.
 *
 * @example
 * describe('my store', () => {
 *   for (const { name, run } of CONFORMANCE_CASES) {
 *     it(name, () => run({ sessions, user, account, targetApp: 'hi-events' }));
 *   }
 * });
 *
 * @module @cross-app/protocol/conformance
 */
import type { ConformanceCase } from './conformance/case.js';
import { OTHER_CASES } from './conformance/other-cases.js';
import { REDEEM_CASES } from './conformance/redeem-cases.js';

export { ConformanceFailure } from './conformance/case.js';
export type { ConformanceCase, ConformanceSubject } from './conformance/case.js';

/** All cases, in no order that matters: each makes its own tokens. */
export const CONFORMANCE_CASES: readonly ConformanceCase[] = [...REDEEM_CASES, ...OTHER_CASES];
