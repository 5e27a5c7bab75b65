import { CrossAppError } from '@cross-app/protocol';
import type { CrossAppErrorCode } from '@cross-app/protocol';
import { member } from './member.js';

/** The codes that a status can stand for, the one to assume first. */
export type Candidates = readonly [CrossAppErrorCode, ...CrossAppErrorCode[]];

/** What each status of a refusal can stand for in one call. Any other is no answer. */
export type Refusals = Readonly<Partial<Record<number, Candidates>>>;

/**
 * What the issuer refused: its `origin.code` where that fits the status, else what the status stands for.
 * Its text is left out, because it could repeat what was sent.
 *
 * @returns undefined when somebody else answered: a server that knows no such path.
 */
export function readRefusal(
  status: number,
  body: unknown,
  candidates: Candidates,
): CrossAppError | undefined {
  const said = member(member(body, 'origin'), 'code');
  const code = candidates.find((candidate) => candidate === said);
  // Every server has a 404 for unknown paths: a wrong `baseUrl` must not look as if each token were wrong.
  if (code === undefined && status === 404 && member(body, 'valid') !== false) return undefined;
  return new CrossAppError(code ?? candidates[0]);
}
