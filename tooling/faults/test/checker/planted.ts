// Ways to spoil a good history, one each: what a store that does not keep its guarantees would leave behind.
import { hashOf } from '../../src/checker/handoff.js';
import type { Answer, FinalRow, History, Operation, Told } from '../../src/history/history.js';

type Redeem = Operation & { readonly request: Extract<Operation['request'], { verb: 'redeem' }> };
type Person = Extract<Answer, { verb: 'redeem' | 'inspect' }>;

export interface Planted {
  /** The rule that must find it. */
  readonly rule: string;
  readonly what: string;
  /** Every history that is spoiled so: none where there is nothing to spoil. */
  readonly spoil: (history: History) => readonly History[];
}

const redeemsOf = ({ operations }: History): Redeem[] =>
  operations.filter((call): call is Redeem => call.request.verb === 'redeem');
const codeOf = ({ outcome }: Operation): string => (outcome.kind === 'refused' ? outcome.code : outcome.kind);
const isAccepted = ({ outcome }: Operation): boolean => outcome.kind === 'ok';

/** The issue that gave the token of a call. */
function issueOf({ operations }: History, { request }: Operation): Operation | undefined {
  if (!('token' in request)) return undefined;
  return operations.find(
    ({ outcome }) =>
      outcome.kind === 'ok' && outcome.answer.verb === 'issue' && outcome.answer.token === request.token,
  );
}

const replaced = (history: History, call: Operation, more: Partial<Operation>): History => ({
  ...history,
  operations: history.operations.map((other) => (other === call ? { ...other, ...more } : other)),
});

/** The call as accepted, with the answer that a good store would have given. */
function accepted(history: History, call: Operation, more: Partial<Person> = {}): History[] {
  const issue = issueOf(history, call);
  if (issue?.request.verb !== 'issue' || issue.outcome.kind !== 'ok' || issue.outcome.answer.verb !== 'issue')
    return [];
  const { userId } = issue.request;
  const { expiresAtMs } = issue.outcome.answer;
  const answer: Person = {
    verb: 'redeem',
    userId,
    person: `${userId} at Acme`,
    usedAtMs: null,
    expiresAtMs,
    ...more,
  };
  return [replaced(history, call, { outcome: { kind: 'ok', answer } })];
}

const refused = (history: History, call: Operation, code: string): History =>
  replaced(history, call, { outcome: { kind: 'refused', code } });

const isHealthy = (history: History, call: Operation): boolean =>
  history.healthy.some(({ from, to }) => from <= call.invokedAt && call.completedAt <= to);

/** Nobody asked for an end of the token, and no new life began. */
const isUndisturbed = (history: History, call: Redeem): boolean =>
  history.newLives.length === 0 &&
  history.replaysMayRevoke !== true &&
  !history.operations.some(
    ({ request }) =>
      request.verb === 'revokeAll' || (request.verb === 'revoke' && request.token === call.request.token),
  );

const rowsOf = (history: History, call: Redeem): FinalRow[] =>
  (history.rows ?? []).filter(({ tokenHash }) => tokenHash === hashOf(call.request.token));

const changedRow = (history: History, row: FinalRow, more: Partial<FinalRow>): History => ({
  ...history,
  rows: (history.rows ?? []).map((other) => (other === row ? { ...other, ...more } : other)),
});

const untold = (history: History, name: Told['name'], tokenHash: string): History => ({
  ...history,
  told: history.told.filter((one) => one.name !== name || one.tokenHash !== tokenHash),
});

/** Whoever redeemed the token and is not in doubt has lost it to somebody, and nobody has it. */
function lostByAll(history: History, winner: Redeem): History[] {
  const isOfToken = (call: Operation): call is Redeem =>
    call.request.verb === 'redeem' && call.request.token === winner.request.token;
  const sure = ['ok', 'token_used', 'target_mismatch', 'verifier_mismatch'];
  const kept = history.operations.filter((call) => !isOfToken(call) || sure.includes(codeOf(call)));
  const isLoser = (call: Operation): boolean =>
    isOfToken(call) &&
    codeOf(call) === 'token_used' &&
    call.request.redemptionId !== winner.request.redemptionId &&
    call.invokedAt <= winner.completedAt;
  if (!kept.some(isLoser)) return [];
  const outcome = { kind: 'refused', code: 'token_used' } as const;
  const operations = kept.map((call) => (isOfToken(call) && isAccepted(call) ? { ...call, outcome } : call));
  return [{ ...history, operations, told: [], toldInFull: [] }];
}

const acceptedRedeems = (history: History): Redeem[] => redeemsOf(history).filter(isAccepted);

export const PLANTED: readonly Planted[] = [
  {
    rule: 'at-most-once',
    what: 'a replay that is answered',
    spoil: (history) =>
      acceptedRedeems(history).flatMap((winner) =>
        redeemsOf(history)
          .filter(
            (call) =>
              call.request.token === winner.request.token &&
              call.request.redemptionId !== winner.request.redemptionId &&
              !isAccepted(call),
          )
          .flatMap((call) => accepted(history, call)),
      ),
  },
  {
    rule: 'wrong-proof',
    what: 'a wrong proof that is accepted',
    spoil: (history) =>
      redeemsOf(history)
        .filter((call) => ['target_mismatch', 'verifier_mismatch'].includes(codeOf(call)))
        .flatMap((call) => accepted(history, call)),
  },
  {
    rule: 'revoke-holds',
    what: 'a revoked token that is accepted',
    spoil: (history) =>
      history.operations
        .filter((call) => call.request.verb === 'revoke' && isAccepted(call) && history.newLives.length === 0)
        .flatMap((revoke) =>
          redeemsOf(history)
            .filter((call) => 'token' in revoke.request && call.request.token === revoke.request.token)
            .filter((call) => revoke.completedAt <= call.invokedAt)
            .flatMap((call) => accepted(history, call)),
        ),
  },
  {
    rule: 'expiry-holds',
    what: 'an expired token that is accepted',
    spoil: (history) =>
      redeemsOf(history).flatMap((call) =>
        accepted(history, call).filter(({ operations, databaseClock }) =>
          operations.some(
            ({ id, outcome }) =>
              id === call.id &&
              outcome.kind === 'ok' &&
              'person' in outcome.answer &&
              call.invokedAt + databaseClock.min >= outcome.answer.expiresAtMs + 60_000,
          ),
        ),
      ),
  },
  {
    rule: 'old-life',
    what: 'a token of before the new life that is accepted',
    spoil: (history) =>
      redeemsOf(history).flatMap((call) =>
        history.newLives.some(
          ({ from, to }) => to < call.invokedAt && (issueOf(history, call)?.completedAt ?? Infinity) < from,
        )
          ? accepted(history, call)
          : [],
      ),
  },
  {
    rule: 'nobody-issued',
    what: 'a forged token that is accepted',
    spoil: (history) =>
      history.operations
        .filter(({ request }) => request.verb === 'redeem' && request.token === 'forged')
        .map((call) => {
          const answer = {
            verb: 'redeem',
            userId: 'eve',
            person: 'eve',
            usedAtMs: null,
            expiresAtMs: 0,
          } as const;
          return replaced(history, call, { outcome: { kind: 'ok', answer } });
        }),
  },
  ...['token_revoked', 'target_mismatch', 'verifier_mismatch', 'token_malformed'].map((code) => ({
    rule: 'refusal-explained',
    what: `a right redeem that is refused with ${code}`,
    spoil: (history: History) =>
      acceptedRedeems(history)
        .filter((call) => isUndisturbed(history, call))
        .filter((call) => redeemsOf(history).every((other) => other === call || !isAccepted(other)))
        .map((call) => refused(history, call, code)),
  })),
  ...['token_used', 'token_unknown', 'token_revoked'].map((code) => ({
    rule: 'retry-answered',
    what: `a retry that is refused with ${code}`,
    spoil: (history: History) =>
      acceptedRedeems(history).flatMap((first) =>
        acceptedRedeems(history)
          .filter((call) => call.request.token === first.request.token && first.completedAt <= call.invokedAt)
          .filter((call) => isUndisturbed(history, call) && history.cleanedBeforeMs === null)
          .map((call) => refused(history, call, code)),
      ),
  })),
  {
    rule: 'exactly-one',
    what: 'a winner that is refused as the others are',
    spoil: (history) =>
      acceptedRedeems(history)
        .filter((winner) => isUndisturbed(history, winner))
        .flatMap((winner) => lostByAll(history, winner)),
  },
  {
    rule: 'same-answer',
    what: 'a retry with another answer',
    spoil: (history) =>
      acceptedRedeems(history).flatMap((first) =>
        acceptedRedeems(history)
          .filter((call) => call !== first && call.request.token === first.request.token)
          .flatMap((call) => accepted(history, call, { person: 'somebody else' })),
      ),
  },
  {
    rule: 'answers-true',
    what: 'another person than was sent',
    spoil: (history) =>
      acceptedRedeems(history).flatMap((call) => accepted(history, call, { userId: 'eve' })),
  },
  {
    rule: 'life-as-asked',
    what: 'a token that lives too long',
    spoil: (history) =>
      history.operations.flatMap((call) =>
        call.outcome.kind === 'ok' && call.outcome.answer.verb === 'issue'
          ? [
              replaced(history, call, {
                outcome: {
                  kind: 'ok',
                  answer: { ...call.outcome.answer, expiresAtMs: call.outcome.answer.expiresAtMs + 3000 },
                },
              }),
            ]
          : [],
      ),
  },
  {
    rule: 'healthy-answers',
    what: 'an answer that is lost for nothing',
    spoil: (history) =>
      history.operations
        .filter((call) => isHealthy(history, call))
        .map((call) => replaced(history, call, { outcome: { kind: 'unknown', why: 'nobody knows' } })),
  },
  {
    rule: 'rows-match',
    what: 'a redemption that is not in its row',
    spoil: (history) =>
      history.newLives.length > 0
        ? []
        : acceptedRedeems(history).flatMap((call) =>
            rowsOf(history, call).map((row) =>
              changedRow(history, row, { usedAtMs: null, redemptionId: null }),
            ),
          ),
  },
  {
    rule: 'rows-match',
    what: 'the row of an issue that is lost',
    spoil: (history) =>
      history.newLives.length > 0 || history.cleanedBeforeMs !== null
        ? []
        : acceptedRedeems(history).flatMap((call) =>
            rowsOf(history, call).map((row) => ({
              ...history,
              rows: (history.rows ?? []).filter((other) => other !== row),
            })),
          ),
  },
  {
    rule: 'told-matches',
    what: 'a redemption of which nobody is told',
    spoil: (history) =>
      history.newLives.length > 0 || history.cleanedBeforeMs !== null
        ? []
        : acceptedRedeems(history).map((call) => untold(history, 'redeemed', hashOf(call.request.token))),
  },
];
