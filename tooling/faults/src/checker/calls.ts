// How a history's operations are read: by their verb, and by what their outcome says.
import type { Answer, Operation, Request } from '../history/history.js';

type Verb = Request['verb'];

/** An operation of one verb. */
export type Call<V extends Verb> = Operation & { readonly request: Extract<Request, { readonly verb: V }> };

/** A call that shows a token, and wants to be told who it is. */
export type Presentation = Call<'redeem'> | Call<'inspect'>;

export function isCall<V extends Verb>(operation: Operation, verb: V): operation is Call<V> {
  return operation.request.verb === verb;
}

export const isOk = ({ outcome }: Operation): boolean => outcome.kind === 'ok';

/** The token that an issue gave. */
export function issuedBy({ outcome }: Operation): Extract<Answer, { verb: 'issue' }> | undefined {
  return outcome.kind === 'ok' && outcome.answer.verb === 'issue' ? outcome.answer : undefined;
}

/** Who arrived, as an accepted presentation was told. */
export function personOf({
  outcome,
}: Operation): Extract<Answer, { verb: 'redeem' | 'inspect' }> | undefined {
  return outcome.kind === 'ok' && 'person' in outcome.answer ? outcome.answer : undefined;
}

const UNDECIDED = ['store_unavailable', 'rate_limited'];

/** The code with which it was refused for good. Undefined too for a code that says nothing of whether it took effect. */
export function refusalOf({ outcome }: Operation): string | undefined {
  return outcome.kind === 'refused' && !UNDECIDED.includes(outcome.code) ? outcome.code : undefined;
}

/** Nobody knows whether it took effect, or will. */
export const isOpen = (call: Operation): boolean => !isOk(call) && refusalOf(call) === undefined;

/** A UUID has two spellings. */
export const sameId = (one: string | null | undefined, other: string | null | undefined): boolean =>
  one?.toLowerCase() === other?.toLowerCase();

/** A redeem is given its id; an inspect asks whether that one could redeem now. */
export const redemptionIdOf = ({ request }: Presentation): string | undefined =>
  request.redemptionId?.toLowerCase();

/** It only asks about a token that is used. */
export const isAboutRedeemed = ({ request }: Presentation): boolean =>
  request.verb === 'inspect' && request.redeemed === true;

/** Ended before the other one began. */
export const isBefore = (one: Operation, other: Operation): boolean => one.completedAt <= other.invokedAt;

/** May have begun before the other one ended. */
export const mayPrecede = (one: Operation, other: Operation): boolean => one.invokedAt <= other.completedAt;
