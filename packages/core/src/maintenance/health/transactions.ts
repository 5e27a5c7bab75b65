import type { CheckGroup } from './context.js';
import { conclude } from './report.js';
import { judge } from './thresholds.js';
import { duration } from './wording.js';

interface Holder {
  readonly kind: 'process' | 'prepared';
  /** Process id or name of the prepared transaction. */
  readonly name: string;
  /** Whose it is; never what it does, for a statement may have anything in it. */
  readonly who: string;
  readonly seconds: number | null;
}

// A transaction of another database does not keep vacuum from this one's rows. Whose times are null belongs to a
// role of which this one may not know more.
const STATEMENT = `
SELECT 'process' AS kind, pid::text AS name,
       concat_ws(', ', usename::text, nullif(application_name, ''), state) AS who,
       extract(epoch FROM clock_timestamp() - xact_start)::float8 AS seconds
FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
  AND (backend_xmin IS NOT NULL OR backend_xid IS NOT NULL OR xact_start IS NOT NULL)
  AND usesysid IS NOT NULL AND backend_type IS DISTINCT FROM 'walsender'
UNION ALL
SELECT 'prepared', quote_literal(gid), owner::text, extract(epoch FROM clock_timestamp() - prepared)::float8
FROM pg_prepared_xacts WHERE database = current_database()
ORDER BY seconds DESC NULLS LAST`;

/** What holds back vacuum, however often it runs. */
export const transactions: CheckGroup = {
  names: ['transactions'],
  async run({ trx, thresholds }) {
    const { rows } = await trx.raw<{ rows: Holder[] }>(STATEMENT);
    const [oldest] = rows;
    const seconds = rows.find((row) => row.seconds !== null)?.seconds ?? 0;
    const status = judge(seconds, thresholds.transactionSeconds);
    const values = { oldestSeconds: seconds, open: rows.length };
    const hidden = rows.filter((row) => row.seconds === null).length;
    if (status === 'ok' && hidden > 0) {
      const message = `unknown: ${hidden} of ${rows.length} open transactions are of roles that this one may not watch`;
      const advice = 'GRANT pg_read_all_stats to the role that asks';
      return [
        conclude('transactions', 'warn', { message, advice, values: { ...values, oldestSeconds: null } }),
      ];
    }
    const message =
      oldest === undefined || seconds === 0
        ? 'none is open'
        : `the oldest has been open for ${duration(seconds)}: ${describe(oldest)}`;
    return [conclude('transactions', status, { message, advice: adviceFor(oldest), values })];
  },
};

function describe({ kind, name, who }: Holder): string {
  return `${kind === 'process' ? `process ${name}` : `prepared transaction ${name}`} (${who})`;
}

function adviceFor(holder: Holder | undefined): string {
  if (holder?.kind === 'prepared') return `COMMIT PREPARED or ROLLBACK PREPARED ${holder.name}`;
  return `vacuum removes nothing that it may still see: find out what it waits for, or SELECT pg_terminate_backend(${holder?.name ?? ''}); idle_in_transaction_session_timeout ends those that forget to`;
}
