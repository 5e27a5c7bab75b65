/** `warn`: somebody should look at it by day. `fail`: somebody should look at it now. */
export type HealthStatus = 'ok' | 'warn' | 'fail';

/** The name of each check; a report has every one of them, in this order. */
export type CheckName =
  | 'migrations'
  | 'indexes'
  | 'cleanup'
  | 'partitions'
  | 'ids'
  | 'size'
  | 'dead_rows'
  | 'bloat'
  | 'vacuum'
  | 'analyze'
  | 'autovacuum'
  | 'wraparound'
  | 'transactions'
  | 'unused_indexes'
  | 'clock';

/** What one check found. */
export interface HealthCheck {
  readonly name: CheckName;
  /** Also `warn` where it is unknown, for lack of a privilege or because the table is locked. */
  readonly status: HealthStatus;
  /** One sentence. It begins with `unknown:` where the check could not be done. */
  readonly message: string;
  /** What to do about it; null when nothing is to be done. */
  readonly advice: string | null;
  /** What was measured, in the unit of its name; null where there is no such thing or nothing to measure. */
  readonly values: Readonly<Record<string, number | string | null>>;
}

/** The seed's "Monitor table size and performance", of one table. Times are ISO 8601 by UTC; null for never. */
export interface TableActivity {
  /** `schema.name` */
  readonly table: string;
  readonly inserts: number;
  readonly updates: number;
  /** Those of the updates that did not have to touch an index. */
  readonly hotUpdates: number;
  readonly deletes: number;
  /** An estimate, as all counts of rows here. */
  readonly liveRows: number;
  readonly deadRows: number;
  readonly lastVacuum: string | null;
  readonly lastAutovacuum: string | null;
  readonly lastAnalyze: string | null;
  readonly lastAutoanalyze: string | null;
}

/** The seed's "Check index usage", of one index. */
export interface IndexActivity {
  readonly index: string;
  /** `schema.name` of its table. */
  readonly table: string;
  readonly scans: number;
  readonly reads: number;
  readonly fetches: number;
}

/** What the statistics views say, which are a second or so behind. Counted since {@link Activity.since}. */
export interface Activity {
  /** When PostgreSQL began to count, ISO 8601 by UTC; null for: when the database was made. */
  readonly since: string | null;
  /** The sessions table; a partitioned one summed over its partitions, with the latest of their times. */
  readonly sessions: TableActivity;
  /** Null where there is none. */
  readonly archive: TableActivity | null;
  /** Of a partitioned sessions table each partition; else empty. */
  readonly partitions: readonly TableActivity[];
  /** Indexes of the sessions table, likewise summed. */
  readonly indexes: readonly IndexActivity[];
  readonly partitionIndexes: readonly IndexActivity[];
}

/** What `checkHealth` returns. */
export interface HealthReport {
  /** The worst of the checks. */
  readonly status: HealthStatus;
  /** By the database's clock, ISO 8601. */
  readonly checkedAt: string;
  /** `schema.name` of the sessions table. */
  readonly table: string;
  readonly checks: readonly HealthCheck[];
  readonly activity: Activity;
}

const SEVERITY: readonly HealthStatus[] = ['ok', 'warn', 'fail'];

/** `ok` for none. */
export function worstOf(statuses: readonly HealthStatus[]): HealthStatus {
  return SEVERITY[Math.max(0, ...statuses.map((status) => SEVERITY.indexOf(status)))] ?? 'fail';
}

/** What a check says beside its name and status. */
export interface Finding {
  readonly message: string;
  /** Not shown when all is well. */
  readonly advice: string;
  readonly values: HealthCheck['values'];
}

export function conclude(
  name: CheckName,
  status: HealthStatus,
  { message, advice, values }: Finding,
): HealthCheck {
  return { name, status, message, advice: status === 'ok' ? null : advice, values };
}
