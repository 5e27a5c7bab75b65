import { archiveName, unquote } from '../../table-name.js';
import type { CheckGroup, HealthContext } from './context.js';
import { conclude, worstOf } from './report.js';
import type { HealthCheck, HealthStatus } from './report.js';
import { WITH_LEAVES } from './target.js';
import { judge } from './thresholds.js';
import { count, percent, size } from './wording.js';

/** Below this a share says nothing. */
export const MANY_ROWS = 10_000;

const PAGE_BYTES = 8192;
const PAGE_HEADER_BYTES = 24;
// An item pointer, and a row's header with its null bitmap, aligned.
const ROW_OVERHEAD_BYTES = 4 + 32;

interface Leaf {
  readonly side: 'sessions' | 'archive';
  readonly table_bytes: number;
  readonly index_bytes: number;
  readonly heap_bytes: number;
  readonly live_rows: number;
  readonly dead_rows: number;
  readonly fillfactor: number;
  /** By the last vacuum or analyze; null when there was none. */
  readonly rows_per_page: number | null;
  /** Null as well when this role may not read the table. */
  readonly row_width: number | null;
  readonly is_readable: boolean;
}

const STATEMENT = `${WITH_LEAVES}
SELECT side, pg_table_size(leaves.oid)::float8 AS table_bytes, pg_indexes_size(leaves.oid)::float8 AS index_bytes,
       pg_relation_size(leaves.oid)::float8 AS heap_bytes,
       coalesce(n_live_tup, 0)::float8 AS live_rows, coalesce(n_dead_tup, 0)::float8 AS dead_rows,
       coalesce((SELECT option_value::float8 FROM pg_options_to_table(reloptions) WHERE option_name = 'fillfactor'), 100)
         AS fillfactor,
       CASE WHEN reltuples > 0 AND relpages > 0 THEN reltuples / relpages::float8 END AS rows_per_page,
       (SELECT sum((1 - null_frac) * avg_width)::float8 FROM pg_stats
        WHERE pg_stats.schemaname = nspname AND tablename = class.relname AND NOT inherited) AS row_width,
       has_table_privilege(leaves.oid, 'SELECT') AS is_readable
FROM leaves JOIN pg_class class ON class.oid = leaves.oid JOIN pg_namespace ON pg_namespace.oid = relnamespace
LEFT JOIN pg_stat_user_tables ON relid = leaves.oid`;

/** Sizes, dead rows, and empty space in the tables. */
export const storage: CheckGroup = {
  names: ['size', 'dead_rows', 'bloat'],
  async run(context) {
    const { rows } = await context.trx.raw<{ rows: Leaf[] }>(STATEMENT, { ...context.target });
    return [checkSize(rows, context), checkDeadRows(rows, context), checkBloat(rows, context)];
  },
};

function checkSize(leaves: readonly Leaf[], { thresholds, target }: HealthContext): HealthCheck {
  const sessions = leaves.filter(({ side }) => side === 'sessions');
  const archive = leaves.filter(({ side }) => side === 'archive');
  const tableBytes = sum(sessions, ({ table_bytes }) => table_bytes);
  const indexBytes = sum(sessions, ({ index_bytes }) => index_bytes);
  const archiveBytes = sum(archive, ({ table_bytes, index_bytes }) => table_bytes + index_bytes);
  const whole = tableBytes + indexBytes + archiveBytes;
  return conclude('size', judge(whole, thresholds.sizeBytes), {
    message: `${size(whole)}: the table ${size(tableBytes)}, its indexes ${size(indexBytes)}, the archive ${size(archiveBytes)}`,
    advice: `run cross-app cleanup more often, or cross-app archive --purge-older-than${
      target.isPartitioned ? '' : '; from ten million rows on cross-app partition makes removal cheap'
    }`,
    values: { tableBytes, indexBytes, archiveBytes },
  });
}

interface DeadRows {
  readonly table: string;
  readonly live: number;
  readonly dead: number;
  readonly share: number;
  readonly status: HealthStatus;
}

function checkDeadRows(leaves: readonly Leaf[], { thresholds, target }: HealthContext): HealthCheck {
  const sideOf = (side: Leaf['side'], table: string): DeadRows => {
    const own = leaves.filter((leaf) => leaf.side === side);
    const live = sum(own, ({ live_rows }) => live_rows);
    const dead = sum(own, ({ dead_rows }) => dead_rows);
    const share = dead === 0 ? 0 : dead / (live + dead);
    const status = dead < MANY_ROWS ? 'ok' : judge(share, thresholds.deadRowsShare);
    return { table, live, dead, share, status };
  };
  const sessions = sideOf('sessions', target.sessions);
  const archive = sideOf('archive', archiveName(target.sessions));
  const status = worstOf([sessions.status, archive.status]);
  const shown = status === sessions.status ? sessions : archive;
  return conclude('dead_rows', status, {
    message: `${count(shown.dead, 'dead row')} beside ${count(shown.live, 'live one')} in ${unquote(shown.table)} (${percent(shown.share)})`,
    advice: `VACUUM (ANALYZE) ${shown.table}; the checks vacuum, autovacuum and transactions say what keeps it from happening by itself`,
    values: {
      liveRows: sessions.live,
      deadRows: sessions.dead,
      deadRowsShare: sessions.share,
      archiveLiveRows: archive.live,
      archiveDeadRows: archive.dead,
    },
  });
}

/**
 * Without pgstattuple: how many pages the rows would fill by the average widths that ANALYZE found, at the table's
 * fillfactor, against the pages that are there. It knows nothing of padding between columns, which is some bytes a
 * row, so it is only trusted where more than half of the table seems to be empty.
 */
function checkBloat(leaves: readonly Leaf[], { thresholds }: HealthContext): HealthCheck {
  const large = leaves.filter(({ heap_bytes }) => heap_bytes >= thresholds.bloatBytes.warn);
  if (large.some(({ row_width, is_readable }) => row_width === null && !is_readable)) {
    return conclude('bloat', 'warn', {
      message: 'unknown: the widths of columns are only shown to a role that may read the table',
      advice: 'GRANT SELECT on it, or ask with the role that owns it',
      values: { bloatBytes: null, bloatShare: null },
    });
  }
  const bloatBytes = sum(leaves, emptyBytes);
  const heapBytes = sum(leaves, ({ heap_bytes }) => heap_bytes);
  const bloatShare = heapBytes === 0 ? 0 : bloatBytes / heapBytes;
  const judged = sum(large, (leaf) => (emptyBytes(leaf) > leaf.heap_bytes / 2 ? emptyBytes(leaf) : 0));
  const uncounted = large.some(({ row_width }) => row_width === null);
  return conclude('bloat', judge(judged, thresholds.bloatBytes), {
    message: uncounted
      ? 'not estimated before the first analyze'
      : `about ${size(bloatBytes)} of ${size(heapBytes)} are empty (${percent(bloatShare)})`,
    advice:
      'new rows will fill it; to give it back to the disk, pg_repack, or VACUUM FULL in an hour in which nobody signs in, for it locks the table',
    values: { bloatBytes, bloatShare },
  });
}

function emptyBytes({ heap_bytes, rows_per_page, row_width, fillfactor }: Leaf): number {
  if (rows_per_page === null || row_width === null) return 0;
  const rowBytes = ROW_OVERHEAD_BYTES + Math.ceil(row_width / 8) * 8;
  const filled = (rows_per_page * rowBytes) / ((PAGE_BYTES - PAGE_HEADER_BYTES) * (fillfactor / 100));
  return Math.round(heap_bytes * Math.max(0, 1 - filled));
}

function sum<Item>(items: readonly Item[], valueOf: (item: Item) => number): number {
  return items.reduce((total, item) => total + valueOf(item), 0);
}
