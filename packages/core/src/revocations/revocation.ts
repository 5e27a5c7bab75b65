import { isAppId } from '@cross-app/protocol';
import type { Revocation } from '@cross-app/protocol';
import { invalid, readAppId, readId, readInstant } from '../arguments.js';
import type { Values } from '../database.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** What `revocationJson` writes. */
export function fromJson(json: string): Revocation {
  return toRevocation(JSON.parse(json) as RevocationJson);
}

/** A revocation in JSON. */
export interface RevocationJson extends Omit<Revocation, 'issuedBefore'> {
  readonly issuedBefore: string;
}

export function toRevocation({ issuedBefore, ...revocation }: RevocationJson): Revocation {
  return { ...revocation, issuedBefore: new Date(issuedBefore) };
}

/** Whether it can be one: it may be of somebody who is not of us, and only has the name of our channel. */
export function isRevocationJson(value: unknown): value is RevocationJson {
  if (typeof value !== 'object' || value === null) return false;
  const given = value as Partial<Record<keyof RevocationJson, unknown>>;
  return (
    isUuid(given.id) &&
    [given.tokenHash, given.userId, given.accountId].every(isTextOrNull) &&
    [given.sourceApp, given.targetApp].every((app) => app === null || isAppId(app)) &&
    typeof given.issuedBefore === 'string' &&
    !Number.isNaN(Date.parse(given.issuedBefore))
  );
}

/**
 * A revocation's parts as values of a statement, in the order of its columns: id, token_hash, user_id, account_id,
 * source_app, target_app, issued_before.
 *
 * @throws CrossAppError `invalid_argument` for what is none.
 */
export function readRevocation(revocation: Revocation): Values {
  const { id, tokenHash, userId, accountId, sourceApp, targetApp, issuedBefore } = revocation;
  if (tokenHash !== null && !/^[0-9a-f]{64}$/.test(tokenHash)) {
    throw invalid('tokenHash must be a SHA-256 in lower-case hex, or null.');
  }
  return [
    readUuid(id),
    tokenHash,
    userId === null ? null : readId('userId', userId),
    accountId === null ? null : readId('accountId', accountId),
    sourceApp === null ? null : readAppId('sourceApp', sourceApp),
    targetApp === null ? null : readAppId('targetApp', targetApp),
    readInstant('issuedBefore', issuedBefore),
  ];
}

/** @throws CrossAppError `invalid_argument` for what cannot be the id of a revocation. */
export function readUuid(id: unknown): string {
  if (!isUuid(id)) throw invalid('The id of a revocation must be a UUID.');
  return id;
}

function isUuid(value: unknown): value is string {
  return typeof value === 'string' && UUID.test(value);
}

function isTextOrNull(value: unknown): boolean {
  return value === null || typeof value === 'string';
}
