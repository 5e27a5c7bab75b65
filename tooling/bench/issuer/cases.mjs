// What is measured, and beside what.
import { randomBytes, randomUUID } from 'node:crypto';
import { makeToken, SHARED_SECRET_HEADER } from '@cross-app/protocol';
import { createCrossAppClient } from '@cross-app/sdk';
import { bodiesFor, measureFunction, measurePosts } from '../common/load.mjs';
import { TARGET_APP } from './apps.mjs';

const TTL_SECONDS = 900;
const GENERATE = JSON.stringify({ target_app: TARGET_APP, event_data: { event: 'gala' } });

const BARE_GENERATE = 'bare handler, body of generate';
const BARE_VALIDATE = 'bare handler, body of validate';

/** Each case, and what it is measured beside. Where the other one is no call of the server, its CPU says nothing. */
export const CASES = [
  { name: 'generate', beside: BARE_GENERATE },
  { name: 'generate, no database', beside: BARE_GENERATE },
  { name: 'validate', beside: BARE_VALIDATE },
  { name: 'validate, no database', beside: BARE_VALIDATE },
  { name: 'validate, wrong secret', beside: BARE_VALIDATE },
  { name: 'validate, unknown token', beside: 'validate' },
  { name: 'validate, limits: false', beside: 'validate' },
  { name: 'validate', beside: 'handler that redeems by core' },
  { name: 'redeem by sdk client', beside: 'redeem by core', isLocal: true },
];

/**
 * What runs each case once, and each of what they are beside: `(size) => seconds`. `sessions` are core's in this
 * process, for the tokens that are used up, which are made before the clock starts.
 */
export function createRuns({ url, secret, sessions }) {
  const client = createCrossAppClient({ baseUrl: `${url}/issuer`, appId: TARGET_APP, secret });
  const rightSecret = { [SHARED_SECRET_HEADER]: secret };
  const wrongSecret = { [SHARED_SECRET_HEADER]: randomBytes(32).toString('hex') };

  const generate = (mount) => (size) =>
    measurePosts(
      `${url}/${mount}/generate-session`,
      post(() => GENERATE, {}),
      size,
    );
  const validate =
    (mount, makeTokens, headers = rightSecret, status = 200) =>
    async (size) => {
      const tokens = await makeTokens(bodiesFor(size.calls, size.connections), size);
      return measurePosts(
        `${url}/${mount}/validate-session`,
        post(validation(tokens), headers, status),
        size,
      );
    };
  const redeem = (verbs) => async (size) => {
    const tokens = await issued(size.calls, size);
    return measureFunction(() => verbs.redeem(tokens.pop(), { targetApp: TARGET_APP }), size);
  };
  const issued = async (count, { connections }) => {
    const tokens = [];
    const issue = async () => tokens.push((await sessions.issue({ userId: 1, targetApp: TARGET_APP })).token);
    await measureFunction(issue, { calls: count, connections });
    return tokens;
  };

  return {
    [BARE_GENERATE]: generate('bare'),
    [BARE_VALIDATE]: validate('bare', unknownTokens),
    generate: generate('issuer'),
    'generate, no database': generate('no-database'),
    validate: validate('issuer', issued),
    'validate, no database': validate('no-database', unknownTokens),
    'validate, wrong secret': validate('issuer', unknownTokens, wrongSecret, 401),
    'validate, unknown token': validate('issuer', unknownTokens, rightSecret, 404),
    'validate, limits: false': validate('no-limits', issued),
    'handler that redeems by core': validate('core', issued),
    'redeem by sdk client': redeem(client),
    'redeem by core': redeem(sessions),
  };
}

function post(nextBody, headers, status = 200) {
  return { nextBody, headers, status };
}

// As the sdk sends it.
function validation(tokens) {
  return () => JSON.stringify({ session_token: tokens.pop(), redemption_id: randomUUID() });
}

function unknownTokens(count) {
  const expiresAtSeconds = Math.floor(Date.now() / 1000) + TTL_SECONDS;
  return Array.from({ length: count }, () => makeToken({ randomBytes: randomBytes(32), expiresAtSeconds }));
}
