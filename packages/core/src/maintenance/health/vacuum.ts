import type { CheckGroup, HealthContext } from './context.js';
import { conclude, worstOf } from './report.js';
import type { CheckName, HealthCheck, HealthStatus } from './report.js';
import { MANY_ROWS } from './storage.js';
import { WITH_LEAVES } from './target.js';
import { judge } from './thresholds.js';
import type { Limits } from './thresholds.js';
import { count, duration, percent } from './wording.js';

const TRANSACTION_IDS = 2 ** 31;

interface Leaf {
  readonly name: string;
  readonly vacuum_age: number | null;
  readonly analyze_age: number | null;
  readonly dead_rows: number;
  readonly changed_rows: number;
  /** Rows at which autovacuum begins. */
  readonly vacuum_at: number;
  readonly analyze_at: number;
  readonly is_on: boolean;
  readonly frozen_age: number;
}

/** A setting of autovacuum's: the table's own, or the server's. */
const setting = (name: string): string =>
  `coalesce((SELECT option_value FROM pg_options_to_table(class.reloptions) WHERE option_name = '${name}'), current_setting('${name}'))::float8`;

const ageOf = (instant: string): string =>
  `extract(epoch FROM clock_timestamp() - greatest(last_${instant}, last_auto${instant}))::float8`;

const STATEMENT = `${WITH_LEAVES}
SELECT format('%I.%I', schemaname, stat.relname) AS name,
       ${ageOf('vacuum')} AS vacuum_age, ${ageOf('analyze')} AS analyze_age,
       n_dead_tup::float8 AS dead_rows, n_mod_since_analyze::float8 AS changed_rows,
       ${setting('autovacuum_vacuum_threshold')}
         + ${setting('autovacuum_vacuum_scale_factor')} * greatest(class.reltuples, 0) AS vacuum_at,
       ${setting('autovacuum_analyze_threshold')}
         + ${setting('autovacuum_analyze_scale_factor')} * greatest(class.reltuples, 0) AS analyze_at,
       current_setting('autovacuum')::boolean AND current_setting('track_counts')::boolean AND coalesce(
         (SELECT option_value::boolean FROM pg_options_to_table(class.reloptions) WHERE option_name = 'autovacuum_enabled'),
         true
       ) AS is_on,
       greatest(age(class.relfrozenxid), age(toast.relfrozenxid),
                mxid_age(class.relminmxid), mxid_age(toast.relminmxid))::float8 AS frozen_age
FROM leaves JOIN pg_class class ON class.oid = leaves.oid
JOIN pg_stat_user_tables stat ON stat.relid = leaves.oid
LEFT JOIN pg_class toast ON toast.oid = class.reltoastrelid AND class.reltoastrelid <> 0
ORDER BY 1`;

/** Whether PostgreSQL keeps up with tidying. */
export const vacuum: CheckGroup = {
  names: ['vacuum', 'analyze', 'autovacuum', 'wraparound'],
  async run(context) {
    const { rows } = await context.trx.raw<{ rows: Leaf[] }>(STATEMENT, { ...context.target });
    const { vacuumAgeSeconds, analyzeAgeSeconds } = context.thresholds;
    return [
      checkAge('vacuum', vacuumAgeSeconds, rows.map(vacuumOf)),
      checkAge('analyze', analyzeAgeSeconds, rows.map(analyzeOf)),
      checkAutovacuum(rows),
      checkWraparound(rows, context),
    ];
  },
};

interface Tidied {
  readonly name: string;
  readonly age: number | null;
  readonly rows: number;
  readonly isDue: boolean;
}

const vacuumOf = ({ name, vacuum_age, dead_rows, vacuum_at }: Leaf): Tidied => ({
  name,
  age: vacuum_age,
  rows: dead_rows,
  isDue: dead_rows >= Math.max(MANY_ROWS, 2 * vacuum_at),
});

const analyzeOf = ({ name, analyze_age, changed_rows, analyze_at }: Leaf): Tidied => ({
  name,
  age: analyze_age,
  rows: changed_rows,
  isDue: changed_rows >= Math.max(MANY_ROWS, 2 * analyze_at),
});

/** A table where nothing changes needs neither, so age alone says nothing. */
function checkAge(name: CheckName & ('vacuum' | 'analyze'), limits: Limits, tables: Tidied[]): HealthCheck {
  // One that never was may have been filled a minute ago: somebody should look, but not at night.
  const statusOf = ({ age, isDue }: Tidied): HealthStatus => {
    if (!isDue) return 'ok';
    return age === null ? 'warn' : judge(age, limits);
  };
  const status = worstOf(tables.map(statusOf));
  const due = tables.filter((table) => statusOf(table) !== 'ok');
  const ages = tables.flatMap(({ age }) => (age === null ? [] : [age]));
  const latest = ages.length === 0 ? null : Math.min(...ages);
  const worst = due.find((table) => statusOf(table) === status);
  return conclude(name, status, {
    message:
      worst === undefined
        ? `not overdue; ${latest === null ? 'there was none yet' : `the last one was ${duration(latest)} ago`}`
        : overdue(name, worst),
    advice: `${name === 'vacuum' ? 'VACUUM (ANALYZE)' : 'ANALYZE'} ${due.map((table) => table.name).join(', ')}`,
    values: { secondsSinceLast: latest, tablesOverdue: due.length },
  });
}

function overdue(name: 'vacuum' | 'analyze', { name: table, age, rows }: Tidied): string {
  const what = name === 'vacuum' ? count(rows, 'dead row') : count(rows, 'row');
  const last =
    age === null
      ? `never had ${name === 'vacuum' ? 'a vacuum' : 'an analyze'}`
      : `its last ${name} was ${duration(age)} ago`;
  return `${table} has ${what}${name === 'vacuum' ? '' : ' changed'}, and ${last}`;
}

function checkAutovacuum(leaves: readonly Leaf[]): HealthCheck {
  const off = leaves.filter(({ is_on }) => !is_on).map(({ name }) => name);
  return conclude('autovacuum', off.length === 0 ? 'ok' : 'warn', {
    message: off.length === 0 ? 'on' : `off for ${off.join(', ')}`,
    advice:
      'ALTER TABLE … RESET (autovacuum_enabled) on each, and autovacuum = on and track_counts = on in postgresql.conf',
    values: { tablesOff: off.length },
  });
}

function checkWraparound(leaves: readonly Leaf[], { thresholds }: HealthContext): HealthCheck {
  const oldest = leaves.reduce<Leaf | undefined>(
    (worst, leaf) => (worst !== undefined && worst.frozen_age >= leaf.frozen_age ? worst : leaf),
    undefined,
  );
  const frozenAge = oldest?.frozen_age ?? 0;
  const share = frozenAge / TRANSACTION_IDS;
  return conclude('wraparound', judge(share, thresholds.frozenAgeShare), {
    message: `${percent(share)} of the transaction ids since the oldest that is not frozen`,
    advice: `VACUUM (FREEZE) ${oldest?.name ?? ''}; PostgreSQL refuses all writes when they run out`,
    values: { frozenAge, frozenAgeShare: share },
  });
}
