import type { IdInput } from '@cross-app/protocol';
import { invalidArgument } from './errors.js';
import type { Config } from './options.js';

/** An id as JSON can say it: a bigint becomes text, for a number above 2^53 would be rounded on the way. */
export function readId(name: string, value: IdInput): string | number {
  if (typeof value === 'string' && value !== '') return value;
  if (typeof value === 'bigint' && value > 0n) return String(value);
  if (typeof value === 'number' && Number.isSafeInteger(value) && value > 0) return value;
  throw invalidArgument(`${name} must be text, or a safe whole number above zero`);
}

/** Refuses what nobody would read: a condition that is misspelt must not become no condition. */
export function refuseUnknownKeys(verb: string, given: object, known: readonly string[]): void {
  if (Object.keys(given).every((key) => known.includes(key))) return;
  throw invalidArgument(`${verb} takes ${known.join(', ')} only`);
}

/** Refuses another app than the one that the client's secret stands for. */
export function requireOwnApp({ appId }: Config, targetApp: string): void {
  if (targetApp !== appId) throw invalidArgument('targetApp must be the appId that the client was made for');
}
