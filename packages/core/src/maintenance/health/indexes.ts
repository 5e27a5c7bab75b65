import type { CheckGroup, HealthContext } from './context.js';
import { conclude, worstOf } from './report.js';
import type { HealthCheck } from './report.js';
import { WITH_LEAVES } from './target.js';

interface Index {
  /** Of the sessions table itself rather than of one of its partitions. */
  readonly is_own: boolean;
  readonly name: string;
  readonly quoted_name: string;
  readonly is_valid: boolean;
  /** Whether it keeps a token's hash from being there twice. */
  readonly is_single_use: boolean;
}

const STATEMENT = `${WITH_LEAVES}, indexes AS (
  SELECT indrelid, indexrelid, indisvalid AND indisready AND indislive AS is_valid, indisunique AND indpred IS NULL AS is_unique,
         (SELECT string_agg(attname, ',' ORDER BY attname DESC) FROM pg_attribute
          WHERE attrelid = indrelid AND attnum = ANY (indkey)) AS columns
  FROM pg_index WHERE indrelid = :sessionsOid::oid OR indrelid IN (SELECT oid FROM leaves WHERE side = 'sessions')
)
SELECT indrelid = :sessionsOid::oid AS is_own, relname AS name,
       format('%I.%I', nspname, relname) AS quoted_name, is_valid,
       is_valid AND is_unique AND columns IN ('token_hash', 'token_hash,expires_at') AS is_single_use
FROM indexes JOIN pg_class ON pg_class.oid = indexrelid JOIN pg_namespace ON pg_namespace.oid = relnamespace
ORDER BY 1 DESC, 2`;

const TOKEN_HASH = 'idx_cross_app_sessions_token_hash';

/** The seed's five, and what comes after their table in CREATE INDEX. */
export const SEED_INDEXES: Readonly<Record<string, string>> = {
  [TOKEN_HASH]: '(token_hash)',
  idx_cross_app_sessions_expires_at: '(expires_at)',
  idx_cross_app_sessions_user_id: '(user_id)',
  idx_cross_app_sessions_created_at: '(created_at)',
  idx_cross_app_sessions_cleanup: '(expires_at, revoked_at) WHERE revoked_at IS NULL',
};

/** Whether the indexes are there and can be used. */
export const indexes: CheckGroup = {
  names: ['indexes'],
  async run(context) {
    const { rows } = await context.trx.raw<{ rows: Index[] }>(STATEMENT, { ...context.target });
    return [checkIndexes(rows, context)];
  },
};

function checkIndexes(found: readonly Index[], { target }: HealthContext): HealthCheck {
  const own = new Set(found.filter(({ is_own }) => is_own).map(({ name }) => name));
  const missing = Object.keys(SEED_INDEXES).filter((name) => !own.has(name));
  const invalid = found.filter(({ is_valid }) => !is_valid);
  const isSingleUse = found.some(({ is_own, is_single_use }) => is_own && is_single_use);
  const problems = [
    ...(isSingleUse ? [] : ['nothing keeps a token from being there twice']),
    ...(missing.length === 0 ? [] : [`missing: ${missing.join(', ')}`]),
    ...(invalid.length === 0 ? [] : [`invalid: ${invalid.map(({ name }) => name).join(', ')}`]),
  ];
  const isWrong = missing.length + invalid.length > 0;
  return conclude('indexes', worstOf([isSingleUse ? 'ok' : 'fail', isWrong ? 'warn' : 'ok']), {
    message: problems.length === 0 ? `${own.size} indexes, all valid` : problems.join('; '),
    advice: [
      ...missing.map((name) => creation(name, target)),
      ...invalid.map((index) => repair(index, target)),
    ].join('; '),
    values: { missing: missing.length, invalid: invalid.length },
  });
}

function creation(name: string, { sessions, isPartitioned }: HealthContext['target']): string {
  const isUnique = name === TOKEN_HASH;
  const columns = isUnique && isPartitioned ? '(token_hash, expires_at)' : (SEED_INDEXES[name] ?? '');
  // PostgreSQL has no CONCURRENTLY for a partitioned table.
  const how = isPartitioned ? '' : ' CONCURRENTLY';
  return `CREATE ${isUnique ? 'UNIQUE ' : ''}INDEX${how} ${name} ON ${sessions} ${columns}`;
}

function repair({ is_own, name, quoted_name }: Index, { isPartitioned }: HealthContext['target']): string {
  // What a REINDEX CONCURRENTLY left behind that did not come to its end.
  if (/_cc(new|old)\d*$/.test(name)) return `DROP INDEX CONCURRENTLY ${quoted_name}`;
  if (is_own && isPartitioned)
    return `ALTER INDEX ${quoted_name} ATTACH PARTITION the index of each partition`;
  return `REINDEX INDEX CONCURRENTLY ${quoted_name}, or drop it if it is nobody's`;
}
