import { CrossAppError } from '@cross-app/protocol';
import type { Redemption } from '@cross-app/protocol';
import type { Answer, Visit } from './answer.js';
import { askToSwitch } from './ask.js';
import { hasCompleted, withCompleted } from './browser-cookie.js';
import type { Claim } from './claim.js';
import { HandoffDone } from './handoff-done.js';
import { makeSession } from './make-session.js';
import type { CurrentPerson, SignInSettings } from './options.js';
import { findCurrentPerson } from './who-is-here.js';

/**
 * Signs the browser in with what it claims: asks first if somebody else is signed in, redeems, makes the session, and
 * sends the browser on. It may be called twice for one handoff, at once or later, and makes one session.
 */
export async function arrive(visit: Visit, claim: Claim): Promise<Answer> {
  const { settings, res } = visit;
  const repeated = answerToRepeat(visit, claim);
  if (repeated !== undefined) return repeated;
  const inTheWay = await lookForSomeoneElse(visit, claim);
  if (inTheWay !== undefined) return inTheWay;

  await makeSession(visit, claim);
  settings.cookie.keep(res, withCompleted(claim.secret, claim.tokenHash));
  return { location: claim.returnTo };
}

/**
 * The answer to a browser that has completed this handoff before: on it goes, if it is still signed in by it. After a
 * sign-out, going back must not sign anybody in again.
 */
export function answerToRepeat({ settings, req }: Visit, claim: Claim): Answer | undefined {
  if (!hasCompleted(claim.secret, claim.tokenHash)) return undefined;
  if (settings.session.read(req)?.tokenHash === claim.tokenHash) return { location: claim.returnTo };
  throw new HandoffDone();
}

/** Asks who would arrive only where the answer matters. */
async function lookForSomeoneElse({ settings, req }: Visit, claim: Claim): Promise<Answer | undefined> {
  const current = await findCurrentPerson(settings, req);
  if (current === null || claim.isAgreed || settings.someoneElse === 'switch') return undefined;
  return answerToSomeoneElse(settings, claim, { who: await look(settings, claim), current });
}

/** The answer when somebody else is signed in than who arrives, or undefined when the handoff may go on. */
export function answerToSomeoneElse(
  settings: SignInSettings,
  claim: Claim,
  { who, current }: { readonly who: Redemption; readonly current: CurrentPerson | null },
): Answer | undefined {
  if (current === null || current.id === who.user.id) return undefined;
  switch (settings.someoneElse) {
    case 'switch':
      return undefined;
    case 'keep':
      return { location: claim.returnTo };
    case 'confirm':
      return askToSwitch(settings, claim, { who, current });
    case 'reject':
      throw new CrossAppError('person_mismatch');
  }
}

/** Who would arrive. Uses nothing up. */
export function look({ options }: SignInSettings, { token, proofs }: Claim): Promise<Redemption> {
  return options.sessions.inspect(token, proofs);
}
