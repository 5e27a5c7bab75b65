import type { Exchange } from '../../call.js';
import { failClosed } from '../../fail-closed.js';
import { observeCall } from '../../telemetry/observe-call.js';
import { authorize } from './authorize.js';
import { refuse } from './refuse.js';
import type { AuthorizingIssuer, Visit } from './visit.js';

/** Answers a browser at `/authorize`, observed and logged as the calls of apps are. */
export async function answerAuthorize(issuer: AuthorizingIssuer, exchange: Exchange): Promise<void> {
  const visit: Visit = { ...exchange, issuer };
  const answer = await observeCall(visit, () => authorize(visit)).catch((thrown: unknown) =>
    refuse(visit, failClosed(thrown)),
  );
  answer(visit.res);
}
