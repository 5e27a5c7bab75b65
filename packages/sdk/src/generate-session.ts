import type { GenerateSessionRequest, IdInput, ISSUER_PATHS, JsonValue } from '@cross-app/protocol';
import { readId } from './arguments.js';
import { call } from './call.js';
import type { CallConfig, CallOptions, Prove } from './call.js';
import { invalidArgument } from './errors.js';
import type { Refusals } from './refusal.js';
import { jsonReply } from './reply.js';

// Written out, and compared by the compiler: pages should not load all the other paths with it.
const PATH: (typeof ISSUER_PATHS)['generateSession'] = '/generate-session';
const REFUSALS: Refusals = {
  400: ['invalid_argument'],
  401: ['user_unauthenticated', 'client_unauthenticated'],
  403: ['account_forbidden'],
  413: ['payload_too_large'],
};

/** What the wire has room for. Whom it is about, the proof says. */
interface HandoffTerms {
  readonly accountId?: IdInput | null | undefined;
  readonly targetApp: string;
  readonly redirectUri?: string | undefined;
  readonly payload?: JsonValue | undefined;
  readonly codeChallenge?: string | undefined;
}

/** Who asks for which token, and what they want to know of the reply. */
export interface HandoffCall<T> {
  readonly prove: Prove;
  readonly terms: HandoffTerms;
  readonly read: (body: unknown) => T;
}

/** Asks the issuer for a token; the person whom `prove` speaks for will arrive with it. */
export async function generateSession<T>(
  config: CallConfig,
  { prove, terms, read }: HandoffCall<T>,
  options: CallOptions,
): Promise<T> {
  const body = requestBody(terms);
  const verb = { path: PATH, prove, body, refusals: REFUSALS, read: jsonReply(read) };
  return call(config, verb, options);
}

function requestBody(terms: HandoffTerms): string {
  const { accountId = null, targetApp, redirectUri, payload, codeChallenge } = terms;
  const body: GenerateSessionRequest = {
    account_id: accountId === null ? null : readId('accountId', accountId),
    target_app: targetApp,
    ...(redirectUri === undefined ? {} : { redirect_uri: redirectUri }),
    ...(payload === undefined ? {} : { event_data: payload }),
    ...(codeChallenge === undefined ? {} : { code_challenge: codeChallenge }),
  };
  try {
    return JSON.stringify(body);
  } catch {
    throw invalidArgument('payload must be JSON: no cycles and no bigint');
  }
}
