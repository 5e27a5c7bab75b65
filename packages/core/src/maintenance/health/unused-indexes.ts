import type { CheckGroup } from './context.js';
import { SEED_INDEXES } from './indexes.js';
import { conclude } from './report.js';
import { shown, WITH_LEAVES } from './target.js';
import { count, size } from './wording.js';

interface Index {
  readonly name: string;
  /** Of all partitions together. */
  readonly scans: number;
  readonly bytes: number;
  /** Unique ones are used by every INSERT, which is not counted. */
  readonly is_unique: boolean;
}

interface Traffic {
  readonly scans: number;
  readonly since: string | null;
}

const INDEXES = `${WITH_LEAVES}
SELECT coalesce(root.relname, indexrelname) AS name, sum(idx_scan)::float8 AS scans,
       sum(pg_relation_size(stat.indexrelid))::float8 AS bytes, bool_or(indisunique) AS is_unique
FROM leaves JOIN pg_stat_user_indexes stat ON stat.relid = leaves.oid
JOIN pg_index USING (indexrelid)
LEFT JOIN pg_class root ON root.oid = pg_partition_root(stat.indexrelid)
WHERE side = 'sessions' GROUP BY 1 ORDER BY 1`;

const TRAFFIC = `${WITH_LEAVES}
SELECT coalesce(sum(seq_scan + coalesce(idx_scan, 0)), 0)::float8 AS scans,
       (SELECT ${shown('stats_reset')} FROM pg_stat_database WHERE datname = current_database()) AS since
FROM leaves JOIN pg_stat_user_tables ON relid = leaves.oid WHERE side = 'sessions'`;

/** Indexes that cost writes and serve nobody. */
export const unusedIndexes: CheckGroup = {
  names: ['unused_indexes'],
  async run({ trx, target, thresholds }) {
    const { rows } = await trx.raw<{ rows: Index[] }>(INDEXES, { ...target });
    const [traffic] = (await trx.raw<{ rows: Traffic[] }>(TRAFFIC, { ...target })).rows;
    const { scans = 0, since = null } = traffic ?? {};
    const unused = rows.filter((index) => index.scans === 0 && !index.is_unique);
    // Of ours each serves something that may not have run yet, so none of them is too many.
    const foreign = unused.filter(({ name }) => !(name in SEED_INDEXES));
    const ours = unused.filter(({ name }) => name in SEED_INDEXES);
    const { warn, fail } = thresholds.unusedIndexScans;
    const isUseless = foreign.length > 0 && scans >= warn;
    const counted = `${count(scans, 'scan')} of the table since ${since ?? 'the database was made'}`;
    const status = isUseless ? (scans >= fail ? 'fail' : 'warn') : 'ok';
    const message = isUseless
      ? `${foreign.map(({ name, bytes }) => `${name} (${size(bytes)})`).join(', ')}: not used by any of ${counted}`
      : `${counted}${ours.length === 0 ? '' : `; so far without ${ours.map(({ name }) => name).join(', ')}`}`;
    const advice = `DROP INDEX CONCURRENTLY, if no standby and no monthly report uses it: ${foreign.map(({ name }) => name).join(', ')}`;
    const values = { unused: foreign.length, unusedOfOurs: ours.length, scans, since };
    return [conclude('unused_indexes', status, { message, advice, values })];
  },
};
