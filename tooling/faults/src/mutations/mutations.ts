/** Occurs once or more, and is replaced everywhere. */
interface Change {
  readonly from: string;
  readonly to: string;
}

/** A change of one line that breaks a guarantee. */
export interface Mutation extends Change {
  readonly name: string;
  /** The guarantee of the design that it breaks. */
  readonly breaks: number;
  /** Below `packages/`. */
  readonly file: string;
  /** A second line of that file, where two keep the guarantee. */
  readonly and?: Change;
}

/** The lines that it changes. */
export function changesOf({ from, to, and }: Mutation): readonly Change[] {
  return [{ from, to }, ...(and === undefined ? [] : [and])];
}

const REDEEM = 'core/src/lifecycle/redeem.ts';
const ISSUE = 'core/src/lifecycle/issue.ts';
const REVOKE = 'core/src/lifecycle/revoke.ts';
const EXPLAIN = 'core/src/lifecycle/explain-refusal.ts';

export const MUTATIONS: readonly Mutation[] = [
  {
    name: 'a used token can be redeemed, by a statement of its own',
    breaks: 1,
    file: REDEEM,
    from: 'AND (s.used_at IS NULL OR s.redemption_id = $5)',
    to: '',
  },
  {
    name: 'a used token can be redeemed, in a batch',
    breaks: 1,
    file: REDEEM,
    from: 'AND (s.used_at IS NULL OR s.redemption_id = presented.redemption_id)',
    to: '',
  },
  {
    name: 'any app can redeem a token, by a statement of its own',
    breaks: 5,
    file: REDEEM,
    from: 'AND s.target_app = $3',
    to: 'AND $3::text IS NOT NULL',
  },
  {
    name: 'any app can redeem a token, in a batch',
    breaks: 5,
    file: REDEEM,
    from: 'AND s.target_app = presented.target_app',
    to: '',
  },
  {
    name: 'any verifier will do, in a batch',
    breaks: 5,
    file: REDEEM,
    from: 'AND s.code_challenge IS NOT DISTINCT FROM presented.code_challenge',
    to: '',
  },
  {
    name: 'no verifier is needed, by a statement of its own',
    breaks: 5,
    file: REDEEM,
    from: 'AND s.code_challenge IS NOT DISTINCT FROM $4',
    to: 'AND ($4::text IS NULL OR true)',
  },
  {
    name: 'a revoked token can be redeemed',
    breaks: 6,
    file: REDEEM,
    from: "const IS_NOT_REVOKED = 'num_nulls(s.revoked_at) = 1';",
    to: "const IS_NOT_REVOKED = 'true';",
  },
  {
    name: 'an expired token can be redeemed',
    breaks: 4,
    file: REDEEM,
    from: "interval '0'",
    to: "interval '1 hour'",
  },
  {
    name: 'the row is not locked before it is judged',
    breaks: 4,
    file: REDEEM,
    from: '  FOR UPDATE OF s\n)',
    to: ')',
  },
  {
    name: 'the redemption id is not kept',
    breaks: 2,
    file: REDEEM,
    from: 'redemption_id = j.redemption_id,',
    to: 'redemption_id = gen_random_uuid(),',
  },
  {
    name: 'a retry changes when it was used',
    breaks: 2,
    file: REDEEM,
    from: 'SET used_at = coalesce(t.used_at, j.now),',
    to: 'SET used_at = j.now,',
  },
  {
    name: 'a token of another life can be redeemed',
    breaks: 11,
    file: REDEEM,
    from: "AND ${isOfThisEpoch(epoch, 's')}",
    to: '',
  },
  {
    name: 'a redeem is acknowledged before it is durable',
    breaks: 4,
    file: 'core/src/store.ts',
    from: "WHEN 'remote_apply' THEN 'remote_apply' ELSE 'on' END",
    to: "WHEN 'remote_apply' THEN 'remote_apply' ELSE 'off' END",
  },
  {
    name: 'answers of a batch go to the wrong calls',
    breaks: 3,
    file: 'core/src/statement.ts',
    from: "ordered[Number(answer['n']) - 1] = answer",
    to: "ordered[count - Number(answer['n'])] = answer",
  },
  {
    name: 'a retry gets another redemption id',
    breaks: 2,
    file: 'sdk/src/redeem.ts',
    from: 'redemptionId = crypto.randomUUID() } = request;',
    to: '} = request; const redemptionId = crypto.randomUUID();',
  },
  {
    name: 'a used token cannot be revoked',
    breaks: 6,
    file: REVOKE,
    from: 'AND s.revoked_at IS NULL',
    to: 'AND s.revoked_at IS NULL AND s.used_at IS NULL',
  },
  {
    name: 'inspect says yes to a used token',
    breaks: 1,
    file: EXPLAIN,
    from: "return 'token_used';",
    to: "return attempt.verb === 'inspect' ? undefined : 'token_used';",
  },
  {
    name: 'a token is stored under the wrong user',
    breaks: 2,
    file: ISSUE,
    from: 'asked.found_user_id, asked.found_account_id,\n         $14',
    to: '(SELECT min(id) FROM found_user), asked.found_account_id,\n         $14',
  },
  {
    name: 'the embedded expiry is taken for a fact',
    breaks: 4,
    file: 'core/src/token-hash.ts',
    from: 'const SLACK_MS = 5 * 60 * 1000;',
    to: 'const SLACK_MS = -4 * 1000;',
  },
  {
    name: 'cleanup takes what is still alive',
    breaks: 2,
    file: 'core/src/maintenance/clean-up.ts',
    from: "condition: 'expires_at < :cutoff::timestamptz' }",
    to: 'condition: "expires_at < :cutoff::timestamptz + interval \'20 minutes\'" }',
  },
  {
    name: 'a wait for a standby that was cancelled counts as done',
    breaks: 4,
    file: 'core/src/database.ts',
    from: 'if (warnings.length > 0) throw',
    to: 'if (warnings.length > 99) throw',
  },
  {
    name: 'no answer is told as a refusal',
    breaks: 2,
    file: 'core/src/database.ts',
    from: "throw new CrossAppError('store_unavailable', { cause });",
    to: "throw new CrossAppError('token_used', { cause });",
  },
  {
    name: 'a cut connection is told as a refusal',
    breaks: 2,
    file: 'core/src/database.ts',
    from: 'if (isCut || !isBrokenConnection(error.cause)) throw error;',
    to: "if (isBrokenConnection(error.cause)) throw new CrossAppError('token_used'); throw error;",
  },
  {
    name: 'no answer in time is told as a refusal',
    breaks: 2,
    file: 'core/src/gather.ts',
    from: "new CrossAppError('store_unavailable', { cause })",
    to: "new CrossAppError('token_used', { cause })",
  },
  {
    name: 'no answer is told as a refusal, over HTTP',
    breaks: 2,
    file: 'sdk/src/call.ts',
    from: "failure.isLimit ? 'rate_limited' : 'store_unavailable'",
    to: "failure.isLimit ? 'rate_limited' : 'token_used'",
  },
  {
    name: 'nothing has a time limit',
    breaks: 2,
    file: 'core/src/in-time.ts',
    from: '}, timeoutMs);',
    to: '}, 2 ** 31 - 1);',
  },
  {
    name: 'the isolation level is whatever the host says',
    breaks: 2,
    file: 'core/src/database.ts',
    from: "return row?.['level'] === 'read committed';",
    to: "return row?.['level'] !== null;",
  },
  {
    name: 'synchronous_commit is whatever the host says',
    breaks: 4,
    file: 'core/src/store.ts',
    from: "WHEN 'remote_apply' THEN 'remote_apply' ELSE 'on' END",
    to: "WHEN 'remote_apply' THEN 'remote_apply' ELSE current_setting('synchronous_commit') END",
  },
  {
    name: 'statements are prepared, and nothing else is tried',
    breaks: 2,
    file: 'core/src/database.ts',
    from: 'if (!this.#prepares) return',
    to: 'if (false) return',
    and: { from: 'if (!isOfPreparing(error)) throw', to: 'throw' },
  },
  {
    name: 'a row is held while the app does something else',
    breaks: 2,
    file: 'core/src/database.ts',
    from: '? this.#send(connection, statement, values)',
    to: '? this.#sendAsReadCommitted(connection, statement, values)',
    and: {
      from: "await this.#send(connection, { text: 'COMMIT' }, []);",
      to: "await new Promise((resolve) => setTimeout(resolve, 30)); await this.#send(connection, { text: 'COMMIT' }, []);",
    },
  },
  {
    name: 'the redemption id is written by a statement of its own',
    breaks: 2,
    file: REDEEM,
    from: "`${isKeyed('t')} AND t.id = j.id`)}`;",
    to: "`${isKeyed('t')} AND t.id = j.id`).replace('redemption_id = j.redemption_id,', '')}`;",
    and: {
      from: 'await database.runAgainIfCut(await single(), valuesOf(presented), isWanted))[0],',
      to: `await database.runAgainIfCut(await single(), valuesOf(presented), isWanted).then(async (rows) => {
        const [row] = rows;
        const ids = [presented.attempt.redemptionId, row?.id ?? 0];
        await database.run(\`UPDATE \${names.sessions} SET redemption_id = $1 WHERE id = $2\`, ids);
        return rows;
      }))[0],`,
    },
  },
  {
    name: 'work on the tables waits for its locks',
    breaks: 2,
    file: 'core/src/unlocked.ts',
    from: "lock_timeout = '250ms'",
    to: "lock_timeout = '0'",
  },
  {
    name: 'a new epoch revokes nothing',
    breaks: 11,
    file: 'core/src/maintenance/new-epoch.ts',
    from: 'SET revoked_at = now() FROM',
    to: 'SET revoked_at = NULL FROM',
  },
  {
    name: 'archive takes what is still alive',
    breaks: 2,
    file: 'core/src/maintenance/archive.ts',
    from: "const OVER = '(expires_at < :retryEnd::timestamptz OR revoked_at IS NOT NULL)';",
    to: "const OVER = '(expires_at < :retryEnd::timestamptz OR true)';",
  },
];
