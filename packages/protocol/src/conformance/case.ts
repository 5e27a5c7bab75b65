import type { CrossAppAccount, CrossAppSessions, CrossAppUser, Redemption } from '../sessions.js';
import { isCrossAppError } from '../errors.js';
import type { CrossAppErrorCode } from '../errors.js';

/** What the suite is run against. */
export interface ConformanceSubject {
  /** The implementation. It must issue for `user` and redeem as `targetApp`; rate limits must be off. */
  readonly sessions: CrossAppSessions;
  /** Somebody who exists in its store. */
  readonly user: CrossAppUser;
  /** An account that the user may act for. */
  readonly account: CrossAppAccount;
  readonly targetApp: string;
}

/** One promise of `CrossAppSessions`, and how to find out whether it is kept. */
export interface ConformanceCase {
  /** What an implementation does, as in `it(name, …)`. */
  readonly name: string;
  /** Resolves when it is so; rejects with an error that says what was found instead. */
  readonly run: (subject: ConformanceSubject) => Promise<void>;
}

/** What a case rejects with when the implementation does not keep the promise. */
export class ConformanceFailure extends Error {
  override readonly name: 'ConformanceFailure' = 'ConformanceFailure' as const;
}

/** An S256 pair of RFC 7636, appendix B. */
export const PAIR = {
  codeVerifier: 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk',
  codeChallenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
} as const;

/** A redemption id for each number; they need to differ for one token only. */
export function redemptionId(number: number): string {
  return `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
}

/** A token for the subject's user and account, bound to a challenge if one is given. */
export async function issueToken(subject: ConformanceSubject, codeChallenge?: string): Promise<string> {
  const { sessions, user, account, targetApp } = subject;
  const request = { userId: user.id, accountId: account.id, targetApp, codeChallenge };
  return (await sessions.issue(request)).token;
}

/** Refuses to go on unless it is so. */
export function demand(isSo: boolean, otherwise: string): void {
  if (!isSo) throw new ConformanceFailure(otherwise);
}

/** Demands that the call is refused with this public code, the only one that all implementations share. */
export async function demandRefusal(
  what: string,
  code: CrossAppErrorCode,
  call: Promise<unknown>,
): Promise<void> {
  const thrown: unknown = await call.then(
    () => undefined,
    (error: unknown) => error,
  );
  demand(thrown !== undefined, `${what} was accepted; it must be refused with ${code}`);
  demand(isCrossAppError(thrown), `${what} rejected with ${String(thrown)}, which is no CrossAppError`);
  const found = isCrossAppError(thrown) ? thrown.publicCode : '';
  demand(found === code, `${what} was refused with ${found} instead of ${code}`);
}

/** Demands that the call resolves. */
export async function demandSuccess(what: string, call: Promise<unknown>): Promise<void> {
  await call.catch((error: unknown) => {
    demand(false, `${what} rejected with ${String(error)}`);
  });
}

/** Demands that the redemption names the subject's user and account. */
export function demandArrival({ user, account, targetApp }: ConformanceSubject, found: Redemption): void {
  const { session } = found;
  demand(found.user.id === user.id, `user.id is ${found.user.id} instead of ${user.id}`);
  demand(found.user.email === user.email, 'user.email is another');
  demand(found.user.name === user.name, 'user.name is another');
  demand(found.account?.id === account.id, 'account.id is another');
  demand(session.userId === user.id && session.accountId === account.id, 'session names other ids');
  demand(session.targetApp === targetApp, `session.targetApp is ${session.targetApp}`);
}
