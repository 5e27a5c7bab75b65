import { tell } from '../../logging/tell.js';

/** A secret proved its app. */
export interface SecretUse {
  readonly appId: string;
  /** The id of an `IssuerSecret`, or the first 8 hexadecimal digits of a plain secret's SHA-256. */
  readonly secretId: string;
  /** By this process's clock. */
  readonly at: Date;
}

/** Hears of uses. What it throws becomes a process warning. */
export type SecretUseListener = (use: SecretUse) => void | Promise<void>;

const INTERVAL_MS = 60_000;

/** What is called at each use of one secret, and tells the listener at most once a minute. It never throws. */
export function createUseReporter(
  secret: Omit<SecretUse, 'at'>,
  listener: SecretUseListener | undefined,
): () => void {
  let reportedAt = -Infinity;
  return () => {
    // Not the wall clock, which may be set back.
    const now = performance.now();
    if (listener === undefined || now - reportedAt < INTERVAL_MS) return;
    reportedAt = now;
    tell('onSecretUsed of crossAppIssuer', () => listener({ ...secret, at: new Date() }));
  };
}
