import { createHash } from 'node:crypto';

/** As the verbs take them. */
export function proofsOf({
  targetApp,
  codeVerifier,
}: {
  readonly targetApp: string;
  readonly codeVerifier: string | null;
}): { targetApp: string; codeVerifier?: string } {
  return codeVerifier === null ? { targetApp } : { targetApp, codeVerifier };
}

/** RFC 7636, section 4.2. */
export function challengeOf(codeVerifier: string): string {
  return createHash('sha256').update(codeVerifier, 'ascii').digest('base64url');
}
