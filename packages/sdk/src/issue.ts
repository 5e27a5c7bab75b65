import {
  CrossAppError,
  ISSUER_PATHS,
  isAppId,
  isCodeChallenge,
  readGenerateSessionReply,
} from '@cross-app/protocol';
import type { GenerateSessionRequest, IdInput, IssuedHandoff, IssueRequest } from '@cross-app/protocol';
import { call } from './call.js';
import type { CallOptions } from './call.js';
import { invalidArgument } from './errors.js';
import type { Config } from './options.js';
import type { Refusals } from './refusal.js';

const REFUSALS: Refusals = {
  400: ['invalid_argument'],
  401: ['user_unauthenticated', 'client_unauthenticated'],
  403: ['account_forbidden'],
  413: ['payload_too_large'],
};

/** Binds `issue` to a configuration. */
export function bindIssue(
  config: Config,
): (request: IssueRequest, options?: CallOptions) => Promise<IssuedHandoff> {
  return async (request, options = {}) => {
    requireArguments(request);

    const verb = {
      path: ISSUER_PATHS.generateSession,
      prove: () => proveSignIn(config, request),
      body: requestBody(request),
      refusals: REFUSALS,
      read: (body: unknown) => readHandoff(body, request),
    };
    return call(config, verb, options);
  };
}

function requireArguments(request: IssueRequest): void {
  const { userId, accountId, targetApp, codeChallenge, permissions, ttlSeconds } = request;
  if (!isId(userId)) throw invalidArgument('userId must be text, or a safe whole number above zero');
  if (accountId !== undefined && accountId !== null && !isId(accountId)) {
    throw invalidArgument('accountId must be text, or a safe whole number above zero');
  }
  if (!isAppId(targetApp)) throw invalidArgument('targetApp must be 1 to 50 printable ASCII characters');
  if (codeChallenge !== undefined && !isCodeChallenge(codeChallenge)) {
    throw invalidArgument('codeChallenge must be the base64url of 32 bytes');
  }
  // Left out in silence they would be missed where it matters: at the target app.
  if (ttlSeconds !== undefined)
    throw invalidArgument('generate-session has no ttlSeconds: the issuer sets it');
  if (permissions !== undefined && permissions.length > 0) {
    throw invalidArgument('generate-session has no permissions: the issuer sets them');
  }
}

function isId(value: IdInput): boolean {
  if (typeof value === 'string') return value !== '';
  return typeof value === 'bigint' ? value > 0n : Number.isSafeInteger(value) && value > 0;
}

function requestBody({ accountId, targetApp, payload, codeChallenge }: IssueRequest): string {
  const body: GenerateSessionRequest = {
    // JSON has no bigint, and a number above 2^53 would be rounded at the other end.
    account_id: typeof accountId === 'bigint' ? String(accountId) : (accountId ?? null),
    target_app: targetApp,
    ...(payload === undefined ? {} : { event_data: payload }),
    ...(codeChallenge === undefined ? {} : { code_challenge: codeChallenge }),
  };
  try {
    return JSON.stringify(body);
  } catch {
    throw invalidArgument('payload must be JSON: no cycles and no bigint');
  }
}

async function proveSignIn(
  { accessToken }: Config,
  request: IssueRequest,
): Promise<Readonly<Record<string, string>>> {
  if (accessToken === undefined) {
    throw notSignedIn('createCrossAppClient was given no accessToken, and issue needs it');
  }
  const token: unknown = await accessToken(request);
  // The form of RFC 6750, section 2.1. What is not of it could not be sent, and fetch would quote it.
  if (typeof token !== 'string' || !/^[A-Za-z0-9\-._~+/]+=*$/.test(token)) {
    throw notSignedIn('accessToken gave no bearer token (RFC 6750)');
  }
  return { authorization: `Bearer ${token}` };
}

function notSignedIn(why: string): CrossAppError {
  return new CrossAppError('user_unauthenticated', { cause: new TypeError(why) });
}

function readHandoff(body: unknown, { userId, targetApp, payload = null }: IssueRequest): IssuedHandoff {
  const { token, expiresAt, accountId } = readGenerateSessionReply(body);
  const session = {
    userId: String(userId),
    accountId,
    sourceApp: null,
    targetApp,
    expiresAt,
    permissions: [],
    payload,
  };
  return { token, session };
}
