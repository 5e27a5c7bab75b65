import { randomBytes } from 'node:crypto';
import { isSecureUrl, ISSUER_PATHS, makeToken, SHARED_SECRET_HEADER } from '@cross-app/protocol';
import { hidePasswords } from '../failure.js';
import { fail, ok, warn } from './check.js';
import type { Check } from './check.js';
import { judgeClock } from './clock.js';
import type { Configuration, Secret } from './configuration.js';
import { readProblem } from './issuer-reply.js';
import type { IssuerReply } from './issuer-reply.js';

const TIMEOUT_MS = 10_000;
// What a Date header leaves out.
const SECOND_MS = 1_000;

/**
 * Asks the issuer to redeem a token that nobody issued: by the secret it says 404, by another one 401. The secret
 * goes only where an app would send it, and the issuer notes one refusal.
 */
export async function checkIssuer({ issuerUrl, secrets }: Configuration): Promise<Check[]> {
  // What is wrong with the URL has been said.
  if (issuerUrl === undefined || !isSecureUrl(issuerUrl) || /[?#\s]/.test(issuerUrl)) return [];
  const [secret] = secrets.filter(({ value }) => isHeaderValue(value));
  const askedMs = Date.now();
  const reply = await askToRedeem(issuerUrl, secret);
  if (typeof reply === 'string')
    return [fail('issuer', `the issuer gave no answer: ${hidePasswords(reply)}`, UNREACHABLE)];
  return [...judge(reply, secret), ...judgeDate(reply, askedMs)];
}

const UNREACHABLE = 'Look whether it runs, and whether this machine reaches it: curl -i with the same URL.';

function judge(reply: IssuerReply, secret: Secret | undefined): Check[] {
  const problem = readProblem(reply);
  if (problem === 'secret') {
    return [ok('issuer', 'the issuer answers'), judgeRefusedSecret(secret)];
  }
  if (problem !== undefined) {
    return [(problem.status === 'fail' ? fail : warn)('issuer', problem.message, problem.advice)];
  }
  return [
    ok('issuer', 'the issuer answers'),
    ok('issuer-secret', `the issuer knows ${secret?.variable ?? 'this machine without a secret'}`),
  ];
}

function judgeRefusedSecret(secret: Secret | undefined): Check {
  const name = 'issuer-secret';
  return secret === undefined
    ? warn(
        name,
        'no shared secret was sent, for none is set here that could be',
        'Set HI_EVENTS_SHARED_SECRET as it is at the issuer.',
      )
    : fail(
        name,
        `the issuer does not know ${secret.variable}: every redeem over HTTP is refused`,
        'Give both sides the same secret: here, and in the apps of crossAppIssuer there, which is restarted then.',
      );
}

function judgeDate({ date, answeredMs }: IssuerReply, askedMs: number): Check[] {
  const theirsMs = Date.parse(date ?? '');
  if (Number.isNaN(theirsMs)) return [];
  return [
    judgeClock('issuer-clock', {
      whose: 'the issuer',
      theirsMs,
      askedMs,
      answeredMs,
      resolutionMs: SECOND_MS,
    }),
  ];
}

/** The reply, or why there is none. */
async function askToRedeem(issuerUrl: string, secret: Secret | undefined): Promise<IssuerReply | string> {
  const url = issuerUrl.replace(/\/+$/, '') + ISSUER_PATHS.validateSession;
  const expiresAtSeconds = Math.ceil(Date.now() / 1000) + 60;
  const session_token = makeToken({ randomBytes: randomBytes(32), expiresAtSeconds });
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        accept: 'application/json',
        'content-type': 'application/json',
        ...(secret === undefined ? {} : { [SHARED_SECRET_HEADER]: secret.value }),
      },
      body: JSON.stringify({ session_token }),
      // A header of one's own would go along to wherever the reply points (CVE-2023-45143).
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const answeredMs = Date.now();
    const { status, headers } = response;
    return { status, date: headers.get('date'), answeredMs, text: await response.text() };
  } catch (error) {
    return describe(error as Error);
  }
}

function isHeaderValue(value: string): boolean {
  return /^[!-~]([ -~]*[!-~])?$/.test(value);
}

// fetch says only that it failed, and keeps the code of the socket or of TLS behind that.
function describe(error: Error): string {
  const { code, message } = (error.cause ?? {}) as { code?: unknown; message?: unknown };
  if (error.name === 'TimeoutError') return `none within ${TIMEOUT_MS / 1000} s`;
  return [code, message, error.message].find((text) => typeof text === 'string' && text !== '') as string;
}
