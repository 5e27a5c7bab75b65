import { createHash, randomBytes } from 'node:crypto';

/** A secret that was just made. */
export interface NewSecret {
  /** Its name in `onSecretUsed` and in the list: the first 8 hexadecimal digits of its SHA-256. It is no secret. */
  readonly secretId: string;
  /** 43 characters. This is the only time anyone sees it: only its hash is stored. */
  readonly secret: string;
}

const SECRET_BYTES = 32;

/** Makes a secret, and the hash that is stored. */
export function makeSecret(): NewSecret & { readonly digest: string } {
  const secret = randomBytes(SECRET_BYTES).toString('base64url');
  const digest = createHash('sha256').update(secret).digest('hex');
  return { secretId: digest.slice(0, 8), secret, digest };
}
