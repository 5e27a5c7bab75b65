import { isAppId, isCodeChallenge, readGenerateSessionReply } from '@cross-app/protocol';
import type { IssuedHandoff, IssueRequest } from '@cross-app/protocol';
import { readId } from './arguments.js';
import type { CallOptions } from './call.js';
import { invalidArgument } from './errors.js';
import { generateSession } from './generate-session.js';
import type { Config } from './options.js';
import { userProof } from './user-proof.js';

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
    const { userId, accountId, targetApp, payload, codeChallenge } = request;
    const prove = userProof(config, 'issue', request);
    const { redirectUri } = options;
    const terms = { accountId, targetApp, redirectUri, payload, codeChallenge };
    const handoff = { prove, terms, read: readGenerateSessionReply };

    const { token, ...made } = await generateSession(config, handoff, options);
    const session = {
      userId: String(userId),
      accountId: made.accountId,
      sourceApp: null,
      targetApp,
      expiresAt: made.expiresAt,
      createdAt: null,
      permissions: [],
      payload: payload ?? null,
    };
    return { token, session };
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
