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
import { isUnknownId } from '../sql-state.js';
import type { Row } from '../database.js';
import { THIS_EPOCH, thisEpoch } from '../epoch.js';
import { gather } from '../gather.js';
import type { Gathered } from '../gather.js';
import type { Epoch, SqlNames } from '../options.js';
import { columnsOf, inOrder } from '../statement.js';
import { DURABLE, NO_LONG_WAIT } from '../store.js';
import type { Store } from '../store.js';
import { hashToken } from '../token-hash.js';
import { sessionColumns, toStoredSession } from './stored-session.js';
import type { StoredSession } from './stored-session.js';

// The first try may not know the database's time, and the time may be set between two tries. Then give up.
const MAX_TRIES = 3;

/** Prepares the verb `issue`: see `CrossAppSessions` in protocol for its contract. */
export function prepareIssue(store: Store): (request: IssueRequest) => Promise<IssuedHandoff<StoredSession>> {
  const insertRow = prepareInsertRow(store);

  return async function issue(request) {
    const ttlSeconds = readTtlSeconds(request.ttlSeconds ?? store.ttlSeconds);
    const values = readRequest(store, request);

    for (let attempt = 1; attempt <= MAX_TRIES; attempt++) {
      const expiresAtSeconds = Math.ceil((store.clock.nowMs() ?? Date.now()) / 1000) + ttlSeconds;
      const token = makeToken({ randomBytes: randomBytes(TOKEN_RANDOM_BYTES), expiresAtSeconds });
      const row = await insertRow([hashToken(token), expiresAtSeconds, ttlSeconds, ...values]);
      if (row['id'] !== null) return announce(store, token, row);
    }
    throw new CrossAppError('store_unavailable', {
      cause: new RangeError("the database's clock does not hold still"),
    });
  };
}

/** What of a row the caller gives. Ids are there twice: as the column has them, and as text. */
type Requested = readonly [
  userId: string,
  userIdText: string,
  accountId: string | null,
  accountIdText: string | null,
  targetApp: string,
  codeChallenge: string | null,
  permissions: string | null,
  payload: string | null,
  userAgent: string | null,
  ipAddress: string | null,
];

/** `$1` to `$13` of the statement for one row, and in the one for several a list of each. `$14` is the source app. */
type NewRow = readonly [tokenHash: string, expiresAtSeconds: number, ttlSeconds: number, ...Requested];

function readRequest(store: Store, request: IssueRequest): Requested {
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
    readAppId('targetApp', request.targetApp),
    readCodeChallenge(request.codeChallenge),
    readPermissions(request.permissions),
    readPayload(request.payload),
    readUserAgent(request.userAgent),
    readIpAddress(request.ipAddress),
  ];
}

function prepareInsertRow(store: Store): (newRow: NewRow) => Promise<Row> {
  const insert = gatherInserts(store);

  return async function insertRow(newRow) {
    const row = await insert.run(newRow).catch((error: unknown) => {
      throw isUnknownId(error) ? invalid('userId or accountId does not exist.') : error;
    });
    if (row === undefined)
      throw new CrossAppError('store_unavailable', { cause: new TypeError('no row from issue') });
    store.clock.learn(row);
    const [, , , , , accountId] = newRow;
    if (row['found_user_id'] === null) throw invalid('userId does not exist.');
    if (row['found_account_id'] === null && accountId !== null) throw invalid('accountId does not exist.');
    return row;
  };
}

function gatherInserts({
  appId,
  database,
  epoch,
  names,
  ...limits
}: Store): Gathered<NewRow, Row | undefined> {
  const single = epoch.prepared('issue', (told) => issueStatement(names, told));
  const gathered = epoch.prepared('issue_many', (told) => issueManyStatement(names, told));
  return gather(limits, {
    one: async (newRow, isWanted) =>
      (await database.runAgainIfCut(await single(), [...newRow, appId], isWanted))[0],
    many: async (newRows, isWanted) => {
      const rows = await database.runAgainIfCut(await gathered(), [...columnsOf(newRows), appId], isWanted);
      return inOrder(rows, newRows.length);
    },
  });
}

function announce(store: Store, token: string, row: Row): IssuedHandoff<StoredSession> {
  const session = toStoredSession(row);
  store.events.emit('issued', { type: 'issued', session });
  return { token, session };
}

// Nothing is stored unless the expiry in the token is right by the database's clock and both ids exist. Ids are
// compared as text too, because PostgreSQL 16 reads '0x10' and '1_000' as numbers. A row that is already there
// is our own, from a try whose reply was lost: DO NOTHING makes the caller try with another token.
function issueStatement(names: SqlNames, epoch: Epoch): string {
  const { users, accounts, user, account } = names;
  const findAccount =
    accounts === null
      ? 'SELECT NULL::bigint AS id WHERE $6::bigint IS NOT NULL AND $7::text IS NOT NULL'
      : `SELECT a.${account.id} AS id FROM ${accounts} a
         WHERE a.${account.id} = $6 AND lower(a.${account.id}::text) = lower($7)`;
  return `
WITH ${thisEpoch(epoch)}, rules AS MATERIALIZED (
  SELECT clock_timestamp() AS now, ${DURABLE}
), found_user AS MATERIALIZED (
  SELECT u.${user.id} AS id FROM ${users} u
  WHERE u.${user.id} = $4 AND lower(u.${user.id}::text) = lower($5)
), found_account AS MATERIALIZED (
  ${findAccount}
), asked AS MATERIALIZED (
  SELECT 1 AS n, $1::text AS token_hash, $2::float8 AS expires_at_seconds, $3::float8 AS ttl_seconds, $7::text AS account_id_text,
         $8::text AS target_app, $9::text AS code_challenge, $10::jsonb AS permissions, $11::jsonb AS payload,
         $12::text AS user_agent, $13::inet AS ip_address,
         found_user.id AS found_user_id, found_account.id AS found_account_id
  FROM (SELECT) always LEFT JOIN found_user ON true LEFT JOIN found_account ON true
)${insertAsked(names, epoch)}`;
}

// The same for several. `= ANY` comes first, for it is what tells PostgreSQL the type of the ids.
function issueManyStatement(names: SqlNames, epoch: Epoch): string {
  const { users, accounts, user, account } = names;
  const findAccounts =
    accounts === null
      ? 'SELECT NULL::bigint AS id WHERE $6::bigint[] IS NULL'
      : `SELECT a.${account.id} AS id FROM ${accounts} a WHERE a.${account.id} = ANY($6)`;
  return `
WITH ${thisEpoch(epoch)}, rules AS MATERIALIZED (
  SELECT clock_timestamp() AS now, ${DURABLE}, ${NO_LONG_WAIT}
), found_user AS MATERIALIZED (
  SELECT u.${user.id} AS id FROM ${users} u WHERE u.${user.id} = ANY($4)
), found_account AS MATERIALIZED (
  ${findAccounts}
), asked AS MATERIALIZED (
  SELECT asked.*, found_user.id AS found_user_id, found_account.id AS found_account_id
  FROM unnest(
    $1::text[], $2::float8[], $3::float8[], $4, $5::text[], $6, $7::text[],
    $8::text[], $9::text[], $10::jsonb[], $11::jsonb[], $12::text[], $13::inet[]
  ) WITH ORDINALITY AS asked (
    token_hash, expires_at_seconds, ttl_seconds, user_id, user_id_text, account_id, account_id_text,
    target_app, code_challenge, permissions, payload, user_agent, ip_address, n
  )
  LEFT JOIN found_user ON found_user.id = asked.user_id AND lower(found_user.id::text) = lower(asked.user_id_text)
  LEFT JOIN found_account
    ON found_account.id = asked.account_id AND lower(found_account.id::text) = lower(asked.account_id_text)
)${insertAsked(names, epoch, 'AND rules.impatient IS NOT NULL')}`;
}

// Where epochs are not told apart the column keeps its default, which a host may have given it.
function insertAsked({ sessions }: SqlNames, epoch: Epoch, condition = ''): string {
  const [column, value] = epoch === 'timeline' ? [', epoch', `, ${THIS_EPOCH}`] : ['', ''];
  return `, issued AS (
  INSERT INTO ${sessions} AS s (
    token_hash, expires_at, user_id, account_id, source_app, target_app,
    code_challenge, permissions, payload, user_agent, ip_address${column}
  )
  SELECT asked.token_hash, to_timestamp(asked.expires_at_seconds), asked.found_user_id, asked.found_account_id,
         $14, asked.target_app, asked.code_challenge, asked.permissions, asked.payload, asked.user_agent,
         asked.ip_address${value}
  FROM rules, asked
  WHERE rules.durable IS NOT NULL ${condition}
    AND asked.found_user_id IS NOT NULL
    AND (asked.account_id_text IS NULL OR asked.found_account_id IS NOT NULL)
    AND to_timestamp(asked.expires_at_seconds)
        BETWEEN rules.now + make_interval(secs => asked.ttl_seconds / 2)
            AND rules.now + make_interval(secs => asked.ttl_seconds + 1)
  ON CONFLICT DO NOTHING
  RETURNING s.token_hash, ${sessionColumns('s')}
)
SELECT extract(epoch FROM rules.now) AS now, asked.n, asked.found_user_id, asked.found_account_id, issued.*
FROM rules CROSS JOIN asked LEFT JOIN issued ON issued.token_hash = asked.token_hash`;
}
