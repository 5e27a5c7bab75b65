import type { Activity, IndexActivity, TableActivity } from './report.js';
import type { HealthContext } from './context.js';
import { shown, WITH_LEAVES } from './target.js';

type Counted<Type, Numbers extends keyof Type> = Omit<Type, Numbers> & Readonly<Record<Numbers, string>>;
type TableCount = 'inserts' | 'updates' | 'hotUpdates' | 'deletes' | 'liveRows' | 'deadRows';
type IndexCount = 'scans' | 'reads' | 'fetches';

interface TableRow extends Counted<TableActivity, TableCount> {
  readonly side: 'sessions' | 'archive';
}

interface IndexRow extends Counted<IndexActivity, IndexCount> {
  readonly root: string;
}

// The seed asks for a column "tablename", which this view does not have: it is called relname.
const TABLES = `${WITH_LEAVES}
SELECT side, schemaname || '.' || relname AS table,
       n_tup_ins::text AS inserts, n_tup_upd::text AS updates, n_tup_hot_upd::text AS "hotUpdates",
       n_tup_del::text AS deletes, n_live_tup::text AS "liveRows", n_dead_tup::text AS "deadRows",
       ${shown('last_vacuum')} AS "lastVacuum", ${shown('last_autovacuum')} AS "lastAutovacuum",
       ${shown('last_analyze')} AS "lastAnalyze", ${shown('last_autoanalyze')} AS "lastAutoanalyze"
FROM leaves JOIN pg_stat_user_tables ON relid = leaves.oid
ORDER BY 2`;

// On a partitioned table the seed's finds nothing, for its indexes only have entries by partition.
const INDEXES = `${WITH_LEAVES}
SELECT coalesce(root.relname, indexrelname) AS root, indexrelname AS index, schemaname || '.' || stat.relname AS table,
       idx_scan::text AS scans, idx_tup_read::text AS reads, idx_tup_fetch::text AS fetches
FROM leaves JOIN pg_stat_user_indexes stat ON stat.relid = leaves.oid
LEFT JOIN pg_class root ON root.oid = pg_partition_root(indexrelid)
WHERE side = 'sessions'
ORDER BY 1, 3`;

const SINCE = `SELECT ${shown('stats_reset')} AS since FROM pg_stat_database WHERE datname = current_database()`;

/** The seed's two monitoring queries, as they were meant. */
export async function readActivity({ trx, target }: HealthContext): Promise<Activity> {
  const oids = { ...target };
  const tables = (await trx.raw<{ rows: TableRow[] }>(TABLES, oids)).rows.map(toTable);
  const indexes = (await trx.raw<{ rows: IndexRow[] }>(INDEXES, oids)).rows.map(toIndex);
  const { rows } = await trx.raw<{ rows: { since: string | null }[] }>(SINCE);
  const leaves = tables.filter(({ side }) => side === 'sessions').map(({ table }) => table);
  const archive = tables.filter(({ side }) => side === 'archive').map(({ table }) => table);
  return {
    since: rows[0]?.since ?? null,
    sessions: sumTables(target.name, leaves),
    archive: target.archiveOid === null ? null : sumTables(`${target.name}_archive`, archive),
    partitions: target.isPartitioned ? leaves : [],
    indexes: sumIndexes(target.name, indexes),
    partitionIndexes: target.isPartitioned ? indexes.map(({ index }) => index) : [],
  };
}

function toTable({ side, ...row }: TableRow): { side: TableRow['side']; table: TableActivity } {
  const table = {
    ...row,
    inserts: Number(row.inserts),
    updates: Number(row.updates),
    hotUpdates: Number(row.hotUpdates),
    deletes: Number(row.deletes),
    liveRows: Number(row.liveRows),
    deadRows: Number(row.deadRows),
  };
  return { side, table };
}

function toIndex({ root, ...row }: IndexRow): { root: string; index: IndexActivity } {
  const { scans, reads, fetches } = row;
  const counts = {
    scans: Number(scans),
    reads: Number(reads),
    fetches: Number(fetches),
  };
  return { root, index: { ...row, ...counts } };
}

function sumTables(table: string, rows: readonly TableActivity[]): TableActivity {
  const sum = (name: TableCount): number => rows.reduce((total, row) => total + row[name], 0);
  const latest = (name: Exclude<keyof TableActivity, TableCount | 'table'>): string | null =>
    rows
      .flatMap((row) => row[name] ?? [])
      .sort()
      .at(-1) ?? null;
  return {
    table,
    inserts: sum('inserts'),
    updates: sum('updates'),
    hotUpdates: sum('hotUpdates'),
    deletes: sum('deletes'),
    liveRows: sum('liveRows'),
    deadRows: sum('deadRows'),
    lastVacuum: latest('lastVacuum'),
    lastAutovacuum: latest('lastAutovacuum'),
    lastAnalyze: latest('lastAnalyze'),
    lastAutoanalyze: latest('lastAutoanalyze'),
  };
}

function sumIndexes(table: string, rows: readonly { root: string; index: IndexActivity }[]): IndexActivity[] {
  return [...new Set(rows.map(({ root }) => root))].map((root) => {
    const parts = rows.filter((row) => row.root === root).map(({ index }) => index);
    const sum = (name: IndexCount): number => parts.reduce((total, part) => total + part[name], 0);
    return {
      index: root,
      table,
      scans: sum('scans'),
      reads: sum('reads'),
      fetches: sum('fetches'),
    };
  });
}
