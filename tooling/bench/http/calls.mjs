// What is asked for: how a call is prepared, what is sent, and what must be in the database afterwards.
import { randomUUID } from 'node:crypto';
import { SHARED_SECRET_HEADER } from '@cross-app/protocol';
import { emptyTable, makeTokens, storeTokens, TARGET_APP } from '../common/tokens.mjs';

const GENERATE = JSON.stringify({ target_app: TARGET_APP });

/** `{ path, done, prepare(bench, { count, isIdle }) }`; `prepare` gives what makes the next body. */
export const CALLS = [
  {
    name: 'redeem',
    path: 'redeem',
    done: 'used_at IS NOT NULL',
    prepare: (bench, tokens) => takeTokens(bench, tokens, (token) => ({ session_token: token })),
  },
  {
    name: 'validate',
    path: 'validate-session',
    done: 'used_at IS NOT NULL',
    prepare: (bench, tokens) =>
      takeTokens(bench, tokens, (token) => ({ session_token: token, redemption_id: randomUUID() })),
  },
  {
    name: 'generate',
    path: 'generate-session',
    done: 'used_at IS NULL',
    prepare: async ({ knex }) => {
      await emptyTable(knex);
      return () => GENERATE;
    },
  },
];

/** Sent with every call: only validate has a use for it. */
export function headersOf(secret) {
  return { [SHARED_SECRET_HEADER]: secret };
}

async function takeTokens({ knex }, { count, isIdle }, bodyOf) {
  const tokens = isIdle ? await none(knex, count) : await storeTokens(knex, count);
  const bodies = tokens.map((token) => JSON.stringify(bodyOf(token)));
  return () => bodies.pop();
}

async function none(knex, count) {
  await emptyTable(knex);
  return makeTokens(count);
}
