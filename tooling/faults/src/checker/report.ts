import { createHash } from 'node:crypto';
import type { Answer, FinalRow, History, Operation, Outcome, Request } from '../history/history.js';
import type { Minimal } from './minimise.js';

interface Line {
  readonly at: number;
  readonly text: string;
}

/**
 * A violation as a text for people: what is broken, what happened one after the other, and how to have it again. Times
 * are in milliseconds from the first call on; those of the database are as near as its clock is known.
 */
export function report({ history, violation }: Minimal): string {
  const lines = timeline(history);
  const width = Math.max(0, ...lines.map(({ at }) => millis(at).length));
  return [
    `${violation.rule}: ${violation.says}`,
    violation.because,
    ...(violation.tokenHash === null ? [] : [`Token ${short(violation.tokenHash)}`]),
    '',
    ...lines.map(({ at, text }) => `${millis(at).padStart(width)}  ${text}`),
    ...(history.rows ?? []).map((row) => `${'end'.padStart(width)}  ${ofRow(row, originOf(history))}`),
    '',
    `To have it again: npm run faults -- --seed ${history.seed}`,
    '',
  ].join('\n');
}

function timeline(history: History): Line[] {
  const origin = originOf(history);
  const lines: Line[] = [
    ...history.operations.map((call) => ({ at: call.invokedAt, text: ofOperation(call, origin) })),
    ...history.newLives.map(({ from, to }) => ({
      at: from,
      text: `a new life of the database, by ${millis(to - origin.moment)} at the latest`,
    })),
    ...history.told.map(({ at, where, name, isRetry }) => ({
      at,
      text: `the ${where} "${name}"${isRetry ? ', of a retry' : ''}`,
    })),
  ];
  return lines
    .sort((one, other) => one.at - other.at)
    .map(({ at, text }) => ({ at: at - origin.moment, text }));
}

/** The same instant on both clocks. */
interface Origin {
  readonly moment: number;
  readonly databaseMs: number;
}

function originOf({ operations, databaseClock: { min, max } }: History): Origin {
  const first = Math.min(...operations.map(({ invokedAt }) => invokedAt));
  const moment = Number.isFinite(first) ? first : 0;
  return { moment, databaseMs: moment + (min + max) / 2 };
}

function ofOperation({ id, request, completedAt, outcome }: Operation, origin: Origin): string {
  const end = Number.isFinite(completedAt) ? `by ${millis(completedAt - origin.moment)}` : 'never ended';
  return `${id} ${ofRequest(request)} → ${ofOutcome(outcome, origin)} (${end})`;
}

function ofRequest(request: Request): string {
  switch (request.verb) {
    case 'issue':
      return `issue for user ${request.userId} at ${request.targetApp}, ${verifier(request)}, for ${request.ttlMs} ms`;
    case 'redeem':
      return `redeem ${ofToken(request)} at ${request.targetApp}, ${verifier(request)}, id ${request.redemptionId}`;
    case 'inspect': {
      const { redemptionId, redeemed = false } = request;
      const id = redemptionId === undefined ? '' : `, id ${redemptionId}`;
      return `inspect ${ofToken(request)} at ${request.targetApp}, ${verifier(request)}${id}${redeemed ? ', as redeemed' : ''}`;
    }
    case 'revoke':
      return `revoke ${ofToken(request)}`;
    case 'revokeAll':
      return `revokeAll of user ${request.userId}`;
  }
}

function ofOutcome(outcome: Outcome, origin: Origin): string {
  switch (outcome.kind) {
    case 'ok':
      return `ok${ofAnswer(outcome.answer, origin)}`;
    case 'refused':
      return outcome.code;
    case 'unknown':
      return `nobody knows: ${outcome.why}`;
  }
}

function ofAnswer(answer: Answer, origin: Origin): string {
  if (answer.verb === 'issue') return `, ${ofToken(answer)} until ${instant(answer.expiresAtMs, origin)}`;
  if (!('person' in answer)) return '';
  const used = answer.usedAtMs === null ? '' : `, used at ${instant(answer.usedAtMs, origin)}`;
  return `, user ${answer.userId}${used}, until ${instant(answer.expiresAtMs, origin)}`;
}

function ofRow(row: FinalRow, origin: Origin): string {
  const used =
    row.usedAtMs === null
      ? 'not used'
      : `used at ${instant(row.usedAtMs, origin)} by id ${row.redemptionId ?? 'null'}`;
  const where = row.isArchived ? 'archived row' : 'row';
  return `${where} ${short(row.tokenHash)} of user ${row.userId}: ${used}, ${row.isRevoked ? 'revoked' : 'not revoked'}, until ${instant(row.expiresAtMs, origin)}`;
}

const millis = (ms: number): string => ms.toFixed(1);
const instant = (databaseMs: number, origin: Origin): string => millis(databaseMs - origin.databaseMs);

// Neither a token nor a verifier is ever shown.
const digest = (secret: string): string => short(createHash('sha256').update(secret).digest('hex'));
const short = (hash: string): string => hash.slice(0, 8);
const ofToken = ({ token }: { readonly token: string }): string => `token ${digest(token)}`;
const verifier = ({ codeVerifier }: { readonly codeVerifier: string | null }): string =>
  codeVerifier === null ? 'no verifier' : `verifier ${digest(codeVerifier)}`;
