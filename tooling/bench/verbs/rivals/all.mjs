import { betterAuthToken } from './better-auth.mjs';
import { batched, single } from './cross-app.mjs';
import { expressSession } from './express-session.mjs';
import { handWritten } from './hand-written.mjs';
import { jwtWithJti, jwtWithUser } from './jwt.mjs';
import { objection } from './objection.mjs';
import { oidcProvider } from './oidc-provider.mjs';
import { pgbench, pgbenchTen } from './pgbench.mjs';

/**
 * Each has a `name`, a `share` of the calls that its round is long enough with, the `tables` that are emptied before it,
 * and what
 * is counted after it: as many rows `issued` and `used` as calls, and none `left`. `open(url, options)` gives
 * `{ issue, redeem, close }`, which take `{ calls, inFlight }`, and `missing(options)` the reason why it cannot run here.
 */
export const RIVALS = [
  batched,
  single,
  handWritten,
  pgbench,
  pgbenchTen,
  objection,
  jwtWithJti,
  jwtWithUser,
  expressSession,
  oidcProvider,
  betterAuthToken,
];
