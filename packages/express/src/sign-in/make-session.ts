import type { Redemption } from '@cross-app/protocol';
import { readCaller } from '../request.js';
import type { SignInRecord } from '../session.js';
import type { Visit } from './answer.js';
import { sessionIdOf } from './browser-secret.js';
import type { Claim } from './claim.js';
import { typeEventData } from './event-data.js';
import type { Arrival, SignInSettings } from './options.js';
import { Turns } from './turns.js';

// Two clicks at once would both find no session yet, and fill it twice.
const turns = new Turns();

/**
 * Redeems the token and makes the session in which the handoff ends: a new one with an id of its own. A browser that
 * asks again, after a lost reply or a crash, completes what was begun.
 */
export async function makeSession(visit: Visit, claim: Claim): Promise<void> {
  const id = sessionIdOf(claim.secret, claim.tokenHash);
  await turns.take(id, () => redeemInto(visit, claim, id));
}

async function redeemInto({ settings, req, res }: Visit, claim: Claim, id: string): Promise<void> {
  const { options, session } = settings;
  const redemption = await options.sessions.redeem(claim.token, { ...claim.proofs, ...readCaller(req) });
  const arrival = describeArrival(settings, claim, redemption);
  const isNew = await session.begin(req, res, { id, record: recordOf(redemption, claim) });
  if (!isNew) return;
  try {
    await options.onSignIn(arrival, req, res);
    await session.save(req);
  } catch (error) {
    // Half a sign-in is none.
    await session.end(req);
    throw error;
  }
}

function recordOf({ session, user }: Redemption, { tokenHash, source }: Claim): SignInRecord {
  return {
    tokenHash,
    userId: session.userId,
    accountId: session.accountId,
    sourceApp: session.sourceApp ?? source?.app ?? null,
    targetApp: session.targetApp,
    issuedAt: (session.createdAt ?? new Date()).toISOString(),
    person: { name: user.name, email: user.email },
  };
}

/** What the source app sent past the browser counts more than what the browser brought. */
function describeArrival(
  settings: SignInSettings,
  { source, action, eventData }: Claim,
  redemption: Redemption,
): Arrival<unknown> {
  const { payload, sourceApp } = redemption.session;
  const isSent = payload !== null;
  const data = isSent ? typeEventData(settings, payload) : eventData;
  return {
    ...redemption,
    sourceApp: sourceApp ?? source?.app ?? null,
    action,
    eventData: data,
    eventDataFrom: data === null ? null : isSent ? 'token' : 'browser',
  };
}
