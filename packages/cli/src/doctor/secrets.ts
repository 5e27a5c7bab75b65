import { createHash } from 'node:crypto';
import { fail, ok, warn } from './check.js';
import type { Check, Problem } from './check.js';
import type { Configuration, Secret } from './configuration.js';

const NAMES = {
  HI_EVENTS_SHARED_SECRET: 'hi-events-secret',
  CROSS_APP_SHARED_SECRET: 'cross-app-secret',
} as const satisfies Record<Secret['variable'], string>;
const MIN_LENGTH = 32;
const MAX_LENGTH = 1024;
// A hexadecimal secret of 32 characters has 14 different ones on average, and fewer than 8 once in a million.
const MIN_DIFFERENT = 8;
const MAKE = 'Make one with openssl rand -hex 32, and give it to both apps.';

/** The shared secrets as they are written. What is said of them is never part of them. */
export function checkSecrets({ secrets }: Configuration): Check[] {
  if (secrets.length === 0) {
    return [ok('shared-secret', 'no shared secret is set: enough where both apps use one database')];
  }
  return [...secrets.map(checkSecret), ...checkDifference(secrets)];
}

function checkSecret({ variable, value }: Secret): Check {
  const name = NAMES[variable];
  const problem = findProblem(value);
  if (problem === undefined) return ok(name, `${variable} has ${value.length} characters`);
  return (problem.status === 'fail' ? fail : warn)(name, `${variable} ${problem.message}`, problem.advice);
}

function findProblem(secret: string): Problem | undefined {
  if (secret !== secret.trim()) {
    return broken('begins or ends with a blank or a line break', 'Remove it: headers do not carry it.');
  }
  if (/^(["']).*\1$/s.test(secret)) {
    return broken('has quotation marks around it', 'Remove them: docker --env-file, for one, keeps them.');
  }
  if (!/^[ -~]*$/.test(secret)) {
    return broken('has characters that a header cannot carry: other than printable ASCII', MAKE);
  }
  if (secret.length < MIN_LENGTH) {
    return broken(`has ${secret.length} characters, and the apps take ${MIN_LENGTH} or more`, MAKE);
  }
  if (secret.length > MAX_LENGTH) {
    return broken(`has ${secret.length} characters, and the apps take ${MAX_LENGTH} or fewer`, MAKE);
  }
  const isGuessable =
    new Set(secret).size < MIN_DIFFERENT || /change.?me|placeholder|your.?secret/i.test(secret);
  return isGuessable ? { status: 'warn', message: 'looks like a placeholder', advice: MAKE } : undefined;
}

const broken = (message: string, advice: string): Problem => ({ status: 'fail', message, advice });

function checkDifference(secrets: readonly Secret[]): Check[] {
  if (secrets.length < 2) return [];
  const digests = secrets.map(({ value }) => createHash('sha256').update(value).digest('hex'));
  return new Set(digests).size === 1
    ? [
        fail(
          'secrets-differ',
          'HI_EVENTS_SHARED_SECRET and CROSS_APP_SHARED_SECRET are the same: one app could redeem what was issued for the other',
          'Give each app a secret of its own; an issuer refuses to start with one secret for two apps.',
        ),
      ]
    : [ok('secrets-differ', 'the secrets differ')];
}
