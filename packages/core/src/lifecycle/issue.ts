// ① A token begins here: made of random bytes and the database's time, stored as a hash.
import { randomBytes } from 'node:crypto';
import { CrossAppError, makeToken, TOKEN_RANDOM_BYTES } from '@cross-app/protocol';
import type { IssuedHandoff, IssueRequest } from '@cross-app/protocol';
import {
  invalid,
  readAppId,
  readCodeChallenge,
  readId,
  readIpAddress,
  readPayload,
  readPermissions,
  readTtlSeconds,
  readUserAgent,
} from '../arguments.js';
import { isUnknownId } from '../database.js';
import type { Row, Values } from '../database.js';
import type { SqlNames } from '../options.js';
import { DURABLE } from '../store.js';
import type { Store } from '../store.js';
import { hashToken } from '../token-hash.js';
import { sessionColumns, toStoredSession } from './stored-session.js';
import type { StoredSession } from './stored-session.js';

// The first try may not know the database's time, and the time may be set between two tries. Then give up.
const MAX_TRIES = 3;
/** Where in the statement's values the account's id is: `$6`. */
const ACCOUNT_ID = 5;

/** Prepares the verb `issue`: see `CrossAppSessions` in protocol for its contract. */
export function prepareIssue(store: Store): (request: IssueRequest) => Promise<IssuedHandoff<StoredSession>> {
  const statement = issueStatement(store.names);

  return async function issue(request) {
    const ttlSeconds = readTtlSeconds(request.ttlSeconds ?? store.ttlSeconds);
    const values = readRequest(store, request);

    for (let attempt = 1; attempt <= MAX_TRIES; attempt++) {
      const expiresAtSeconds = Math.ceil((store.clock.nowMs() ?? Date.now()) / 1000) + ttlSeconds;
      const token = makeToken({ randomBytes: randomBytes(TOKEN_RANDOM_BYTES), expiresAtSeconds });
      const row = await insert(store, statement, [hashToken(token), expiresAtSeconds, ttlSeconds, ...values]);
      if (row['id'] !== null) return announce(store, token, row);
    }
    throw new CrossAppError('store_unavailable', {
      cause: new RangeError("the database's clock does not hold still"),
    });
  };
}

function readRequest(store: Store, request: IssueRequest): Values {
  const userId = readId('userId', request.userId);
  const accountId = request.accountId == null ? null : readId('accountId', request.accountId);
  if (accountId !== null && store.names.accounts === null) {
    throw invalid('accountId must be absent: tables.accounts is null.');
  }
  return [
    userId,
    userId,
    accountId,
    accountId,
    store.appId,
    readAppId('targetApp', request.targetApp),
    readCodeChallenge(request.codeChallenge),
    readPermissions(request.permissions),
    readPayload(request.payload),
    readUserAgent(request.userAgent),
    readIpAddress(request.ipAddress),
  ];
}

async function insert(store: Store, statement: string, values: Values): Promise<Row> {
  const [row] = await store.database.runAgainIfCut(statement, values).catch((error: unknown) => {
    throw isUnknownId(error) ? invalid('userId or accountId does not exist.') : error;
  });
  if (row === undefined)
    throw new CrossAppError('store_unavailable', { cause: new TypeError('no row from issue') });
  store.clock.learn(row);
  if (row['found_user_id'] === null) throw invalid('userId does not exist.');
  if (row['found_account_id'] === null && values[ACCOUNT_ID] !== null)
    throw invalid('accountId does not exist.');
  return row;
}

function announce(store: Store, token: string, row: Row): IssuedHandoff<StoredSession> {
  const session = toStoredSession(row);
  store.events.emit('issued', { session });
  return { token, session };
}

// Nothing is stored unless the expiry in the token is right by the database's clock and both ids exist. Ids are
// compared as text too, because PostgreSQL 16 reads '0x10' and '1_000' as numbers. A row that is already there
// is our own, from a try whose reply was lost: DO NOTHING makes the caller try with another token.
function issueStatement(names: SqlNames): string {
  const { sessions, users, accounts, user, account } = names;
  const findAccount =
    accounts === null
      ? 'SELECT NULL::bigint AS id WHERE $6::bigint IS NOT NULL AND $7::text IS NOT NULL'
      : `SELECT a.${account.id} AS id FROM ${accounts} a
         WHERE a.${account.id} = $6 AND lower(a.${account.id}::text) = lower($7)`;
  return `
WITH rules AS MATERIALIZED (
  SELECT clock_timestamp() AS now, ${DURABLE}
), found_user AS MATERIALIZED (
  SELECT u.${user.id} AS id FROM ${users} u
  WHERE u.${user.id} = $4 AND lower(u.${user.id}::text) = lower($5)
), found_account AS MATERIALIZED (
  ${findAccount}
), issued AS (
  INSERT INTO ${sessions} AS s (
    token_hash, expires_at, user_id, account_id, source_app, target_app,
    code_challenge, permissions, payload, user_agent, ip_address
  )
  SELECT $1, to_timestamp($2), found_user.id, found_account.id, $8, $9, $10, $11::jsonb, $12::jsonb, $13, $14::inet
  FROM rules CROSS JOIN found_user LEFT JOIN found_account ON true
  WHERE rules.durable IS NOT NULL
    AND ($7 IS NULL OR found_account.id IS NOT NULL)
    AND to_timestamp($2) BETWEEN rules.now + make_interval(secs => $3::float8 / 2)
                             AND rules.now + make_interval(secs => $3::float8 + 1)
  ON CONFLICT DO NOTHING
  RETURNING ${sessionColumns('s')}
)
SELECT extract(epoch FROM rules.now) AS now, found_user.id AS found_user_id, found_account.id AS found_account_id,
       issued.*
FROM rules LEFT JOIN found_user ON true LEFT JOIN found_account ON true LEFT JOIN issued ON true`;
}
