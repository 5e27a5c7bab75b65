import { mistake, wrongOption, wrongSecret } from '@cross-app/protocol';
import { refuseUnknownKeys } from '../../options.js';
import { digestSecret, isSecret } from './credentials.js';

/** A secret with a name and, if wanted, an end. Exactly one of `secret` and `digest`. */
export interface IssuerSecret {
  /** Its name in `onSecretUsed`, 1 to 50 printable ASCII characters, unlike the app's others. It is no secret. */
  readonly id: string;
  /** As a plain text in `secrets`. */
  readonly secret?: string;
  /**
   * Its SHA-256 as 64 lower-case hexadecimal digits, for registries that keep hashes only. One of a secret
   * shorter than 32 characters never matches.
   */
  readonly digest?: string;
  /**
   * From then on it is refused, without a restart. Judged by this process's clock, since no query is made
   * before the caller is known. One that has passed already is no mistake. Default never.
   */
  readonly expiresAt?: Date;
}

/** A secret, checked. */
export interface ReadSecret {
  readonly id: string;
  readonly digest: Buffer;
  readonly expiresAt?: number;
}

const ID = /^[!-~]([ -~]{0,48}[!-~])?$/;
const DIGEST = /^[0-9a-f]{64}$/;
const FORM = `at least 32 printable ASCII characters, such as randomBytes(32).toString('hex')`;

/**
 * Checks one entry of an app's `secrets`, which is called `name` in messages.
 *
 * @throws TypeError that says what to write, and never a secret.
 */
export function readSecret(name: string, entry: string | IssuerSecret): ReadSecret {
  if (typeof entry !== 'object' || (entry as unknown) === null) {
    const digest = digestText(name, entry);
    return { id: digest.toString('hex').slice(0, 8), digest };
  }
  const { id, expiresAt } = entry;
  refuseUnknownKeys(name, entry, ['id', 'secret', 'digest', 'expiresAt']);
  if (typeof id !== 'string' || !ID.test(id)) {
    throw wrongSecret(`${name}.id must be 1 to 50 printable ASCII characters, such as '2026-01'`, id);
  }
  const digest = readDigest(name, entry);
  return expiresAt === undefined ? { id, digest } : { id, digest, expiresAt: readTime(name, expiresAt) };
}

function readDigest(name: string, { secret, digest }: IssuerSecret): Buffer {
  if ((secret === undefined) === (digest === undefined)) {
    throw mistake(`${name} must have either secret or digest`);
  }
  if (digest === undefined) return digestText(`${name}.secret`, secret);
  if (typeof digest !== 'string' || !DIGEST.test(digest)) {
    throw wrongSecret(
      `${name}.digest must be the secret's SHA-256 as 64 lower-case hexadecimal digits`,
      digest,
    );
  }
  return Buffer.from(digest, 'hex');
}

function digestText(name: string, secret: unknown): Buffer {
  if (!isSecret(secret)) throw wrongSecret(`${name} must be ${FORM}`, secret);
  return digestSecret(secret);
}

function readTime(name: string, time: Date): number {
  const milliseconds: unknown = time instanceof Date ? time.getTime() : NaN;
  if (typeof milliseconds === 'number' && !Number.isNaN(milliseconds)) return milliseconds;
  throw wrongOption(`${name}.expiresAt must be a Date, such as new Date('2026-06-30T00:00:00Z')`, time);
}
