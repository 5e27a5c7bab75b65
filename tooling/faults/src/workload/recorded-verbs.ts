import type { CrossAppSessions, Redemption } from '@cross-app/protocol';
import { isCrossAppError } from '@cross-app/protocol';
import type { Answer, Outcome, Request } from '../history/history.js';
import { now } from '../history/recorder.js';
import type { Recorder } from '../history/recorder.js';
import { challengeOf, proofsOf } from './proofs.js';

type RequestOf<Verb extends Request['verb']> = Omit<Extract<Request, { verb: Verb }>, 'verb'>;

/**
 * The verbs of a process, each call written down before it is made, and its outcome before anybody makes use of it. They
 * never reject: what they would reject with is an outcome.
 */
export class RecordedVerbs {
  readonly #sessions: CrossAppSessions;
  readonly #recorder: Recorder;
  readonly #process: string;
  #count = 0;

  /** `process` is unlike that of any other process of the run. */
  constructor(sessions: CrossAppSessions, recorder: Recorder, process: string) {
    this.#sessions = sessions;
    this.#recorder = recorder;
    this.#process = process;
  }

  issue(request: RequestOf<'issue'>): Promise<Outcome> {
    const { userId, targetApp, codeVerifier, ttlMs } = request;
    return this.#record({ verb: 'issue', ...request }, async () => {
      const { token, session } = await this.#sessions.issue({
        userId,
        targetApp,
        ttlSeconds: ttlMs / 1000,
        codeChallenge: codeVerifier === null ? undefined : challengeOf(codeVerifier),
      });
      return { verb: 'issue', token, expiresAtMs: session.expiresAt.getTime() };
    });
  }

  redeem(request: RequestOf<'redeem'>): Promise<Outcome> {
    const { token, redemptionId } = request;
    return this.#record({ verb: 'redeem', ...request }, async () => {
      const redemption = await this.#sessions.redeem(token, { redemptionId, ...proofsOf(request) });
      return answerOf('redeem', redemption);
    });
  }

  inspect(request: RequestOf<'inspect'>): Promise<Outcome> {
    return this.#record({ verb: 'inspect', ...request }, async () => {
      return answerOf('inspect', await this.#sessions.inspect(request.token, proofsOf(request)));
    });
  }

  revoke(token: string): Promise<Outcome> {
    return this.#record({ verb: 'revoke', token }, async () => {
      await this.#sessions.revoke(token);
      return { verb: 'revoke' };
    });
  }

  revokeAll(userId: string): Promise<Outcome> {
    return this.#record({ verb: 'revokeAll', userId }, async () => {
      await this.#sessions.revokeAll({ userId });
      return { verb: 'revokeAll' };
    });
  }

  async #record(request: Request, call: () => Promise<Answer>): Promise<Outcome> {
    const id = `${this.#process}:${(this.#count += 1)}`;
    this.#recorder.write({ kind: 'invoked', id, at: now(), request });
    const outcome = await call().then((answer) => ({ kind: 'ok', answer }) as const, outcomeOf);
    this.#recorder.write({ kind: 'completed', id, at: now(), outcome });
    await this.#recorder.synced();
    return outcome;
  }
}

function answerOf(verb: 'redeem' | 'inspect', { session, user, account }: Redemption): Answer {
  const usedAt = 'usedAt' in session ? session.usedAt : null;
  return {
    verb,
    userId: user.id,
    person: JSON.stringify([user.email, user.name, account?.id ?? null, session.permissions]),
    usedAtMs: usedAt instanceof Date ? usedAt.getTime() : null,
    expiresAtMs: session.expiresAt.getTime(),
  };
}

function outcomeOf(error: unknown): Outcome {
  if (isCrossAppError(error) && error.code !== 'store_unavailable') {
    return { kind: 'refused', code: error.code };
  }
  const cause = error instanceof Error ? error.cause : undefined;
  return { kind: 'unknown', why: cause instanceof Error ? cause.message : String(error) };
}
