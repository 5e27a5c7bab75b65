import { createHash } from 'node:crypto';
import { makeToken, parseToken } from '@cross-app/protocol';

/** `$op` of the corpus with its arguments. */
export interface Mutation {
  readonly $token: string;
  readonly $op: string;
  readonly $bit?: number;
  readonly $times?: number;
  readonly $at?: number;
  readonly $text?: string;
}

type Operation = (token: string, mutation: Mutation) => string;

const PREFIX = 'handoff_';

const OPERATIONS: Readonly<Record<string, Operation>> = {
  none: (token) => token,
  flipBit: (token, { $bit = 0 }) =>
    mapBytes(token, (bytes) =>
      bytes.fill((bytes[$bit >> 3] ?? 0) ^ (1 << ($bit % 8)), $bit >> 3, ($bit >> 3) + 1),
    ),
  dropLast: (token) => token.slice(0, -1),
  repeat: (token, { $times = 1 }) => token.repeat($times),
  append: (token, { $text = '' }) => token + $text,
  prepend: (token, { $text = '' }) => $text + token,
  insert: (token, { $at = 0, $text = '' }) => token.slice(0, $at) + $text + token.slice($at),
  // A token may hold neither - nor _, and would then be unchanged.
  toStdBase64: (token) => `${token.slice(0, -2).replace(/-/g, '+').replace(/_/g, '/')}+/`,
  upper: (token) => token.toUpperCase(),
  sha256base64url: (token) => createHash('sha256').update(token).digest('base64url'),
  prefix: (token, { $text = '' }) => $text + token.slice($text.length),
  raiseExpiryRecomputeChecksum: raiseExpiry,
};

/** The token with that mutation. */
export function mutate(token: string, mutation: Mutation): string {
  const operation = OPERATIONS[mutation.$op];
  if (operation === undefined) throw new TypeError(`no operation ${mutation.$op}`);
  return operation(token, mutation);
}

function raiseExpiry(token: string): string {
  const { expiresAtSeconds = 0 } = parseToken(token) ?? {};
  const randomBytes = Buffer.from(token.slice(PREFIX.length), 'base64url').subarray(2, 34);
  return makeToken({ randomBytes, expiresAtSeconds: expiresAtSeconds + 600 });
}

function mapBytes(token: string, map: (bytes: Buffer) => Buffer): string {
  return PREFIX + map(Buffer.from(token.slice(PREFIX.length), 'base64url')).toString('base64url');
}
