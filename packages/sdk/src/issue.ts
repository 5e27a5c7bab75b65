import { ISSUER_PATHS, isAppId, isCodeChallenge, readGenerateSessionReply } from '@cross-app/protocol';
import type { GenerateSessionRequest, IssuedHandoff, IssueRequest } from '@cross-app/protocol';
import { readId } from './arguments.js';
import { call } from './call.js';
import type { CallOptions } from './call.js';
import { invalidArgument } from './errors.js';
import type { Config } from './options.js';
import type { Refusals } from './refusal.js';
import { jsonReply } from './reply.js';
import { userProof } from './user-proof.js';

const REFUSALS: Refusals = {
  400: ['invalid_argument'],
  401: ['user_unauthenticated', 'client_unauthenticated'],
  403: ['account_forbidden'],
  413: ['payload_too_large'],
};

/** What a caller may say about one `issue`. */
export interface IssueOptions extends CallOptions {
  /**
   * Where the person will land, as in the form that takes them there: `handoffForm(…).action`. The issuer refuses
   * one that is not registered for the target app with `invalid_argument`; an older issuer does
   * not look. Default not sent.
   */
  readonly redirectUri?: string | undefined;
}

/** Binds `issue` to a configuration. */
export function bindIssue(
  config: Config,
): (request: IssueRequest, options?: IssueOptions) => Promise<IssuedHandoff> {
  return async (request, options = {}) => {
    requireArguments(request);

    const verb = {
      path: ISSUER_PATHS.generateSession,
      prove: userProof(config, 'issue', request),
      body: requestBody(request, options.redirectUri),
      refusals: REFUSALS,
      read: jsonReply((body) => readHandoff(body, request)),
    };
    return call(config, verb, options);
  };
}

function requireArguments(request: IssueRequest): void {
  const { userId, targetApp, codeChallenge, permissions, ttlSeconds } = request;
  readId('userId', userId);
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

function requestBody(
  { accountId = null, targetApp, payload, codeChallenge }: IssueRequest,
  redirectUri: string | undefined,
): string {
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
