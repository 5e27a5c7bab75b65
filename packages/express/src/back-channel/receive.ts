import type { ServerResponse } from 'node:http';
import { urlencoded } from 'express';
import { CrossAppError } from '@cross-app/protocol';
import type { Revocation } from '@cross-app/protocol';
import { noteTargetApp } from '../call.js';
import { failClosed } from '../fail-closed.js';
import { invalidArgument } from '../invalid-argument.js';
import { logCall } from '../logging/log-call.js';
import { safeCause } from '../logging/safe-cause.js';
import { tell } from '../logging/tell.js';
import { readBody } from '../read-body.js';
import { send, success } from '../reply.js';
import type { Reply } from '../reply.js';
import { requireMethod } from '../request.js';
import type { CrossAppHandler, CrossAppRequest } from '../request.js';
import { observeCall } from '../telemetry/observe-call.js';
import { readLogoutToken } from './logout-token.js';
import { checkReceiver } from './receiver-options.js';
import type { LogoutReceiver } from './receiver-options.js';

// A logout token has about 700 characters.
const PARSERS = [urlencoded({ limit: '8kb', extended: false })];
const FORM = /^application\/x-www-form-urlencoded[ \t]*(;|$)/i;
// Statuses that say more to whoever has set the sender up than 400 does.
const TELLING: ReadonlySet<number> = new Set([405, 413, 415]);

/**
 * The handler that revocations are posted to, whatever the path: 204 once the revocation is stored, 400 for what is no
 * valid logout token, 405, 413 and 415 for what cannot hold one, 503 when it cannot be stored now.
 *
 * @param of names the function whose options these are, in messages.
 * @throws TypeError at once for options that cannot work.
 */
export function receiveLogout(of: string, options: LogoutReceiver): CrossAppHandler {
  const receiver = checkReceiver(of, options);
  return function receiveLogoutHandler(req, res) {
    const call = { name: 'back-channel-logout', req };
    noteTargetApp(req, receiver.targetApp);
    observeCall(call, () => receive(receiver, req, res)).then(
      () => {
        send(res, success(null));
      },
      (thrown: unknown) => {
        const error = failClosed(thrown);
        logCall(receiver.logger, call, error);
        send(res, refusal(error));
      },
    );
  };
}

async function receive(receiver: LogoutReceiver, req: CrossAppRequest, res: ServerResponse): Promise<void> {
  requireMethod(req, 'POST');
  if (!FORM.test(req.headers['content-type'] ?? '')) throw new CrossAppError('unsupported_media_type');
  const revocation = readLogoutToken(readField(await readBody(req, res, PARSERS)), receiver);
  await store(receiver, revocation, req);
  tell('onRevoked of the back channel', () => receiver.onRevoked?.(revocation), req);
}

async function store(receiver: LogoutReceiver, revocation: Revocation, req: CrossAppRequest): Promise<void> {
  try {
    await receiver.revocations.add(revocation);
  } catch (thrown) {
    // Whatever it says, the token was good: a 400 would be the last that is heard of it.
    throw new CrossAppError('store_unavailable', { cause: safeCause(thrown, req) });
  }
}

function readField(body: unknown): string {
  const isFields = typeof body === 'object' && body !== null && 'logout_token' in body;
  if (isFields && typeof body.logout_token === 'string') return body.logout_token;
  throw invalidArgument('One logout_token is needed.');
}

// OpenID Connect Back-Channel Logout 1.0, section 2.8, in the words of RFC 6749. Why is for the log alone.
function refusal(error: CrossAppError): Reply {
  const { status, headers } = error;
  if (status >= 500) return { status, headers, json: '{"error":"temporarily_unavailable"}' };
  const json = '{"error":"invalid_request"}';
  if (TELLING.has(status)) return { status, headers, json };
  return { status: 400, headers: { 'Cache-Control': 'no-store' }, json };
}
