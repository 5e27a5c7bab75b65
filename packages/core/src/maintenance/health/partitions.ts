import { PARTITION_BOUNDS } from '../../partitions.js';
import type { CheckGroup, HealthContext } from './context.js';
import { conclude, worstOf } from './report.js';
import { judgeRest } from './thresholds.js';
import { count } from './wording.js';

interface Bounds {
  readonly from_days: number;
  readonly to_days: number;
}

const MANY = 1_000;
const NONE = { secondsLeft: null, defaultRows: null };
const DAY_SECONDS = 86_400;

/** Whether there will be a partition for what is issued next, and that it was there for what has been. */
export const partitions: CheckGroup = {
  names: ['partitions'],
  async run(context) {
    const { target, thresholds } = context;
    if (!target.isPartitioned) {
      return [
        conclude('partitions', 'ok', { message: 'the table is not partitioned', advice: '', values: NONE }),
      ];
    }
    const daysLeft = await readDaysLeft(context);
    const strays = await countStrays(context);
    const isRest = daysLeft !== Infinity;
    const status = worstOf([
      isRest ? judgeRest(daysLeft, thresholds.partitionDaysLeft) : 'ok',
      strays === 0 ? 'ok' : 'warn',
    ]);
    const sentences = [
      isRest ? `partitions for ${count(Math.floor(daysLeft), 'more day')}` : 'partitions without an end',
      strays === null ? 'no default partition' : `${describeStrays(strays)} in the default partition`,
    ];
    return [
      conclude('partitions', status, {
        message: sentences.join(', '),
        advice:
          strays === null
            ? `without a default partition sign-in stops when they end: CREATE TABLE … PARTITION OF ${target.sessions} DEFAULT, and schedule cross-app partition`
            : 'run cross-app partition, which makes the coming ones, and schedule it',
        values: { secondsLeft: isRest ? daysLeft * DAY_SECONDS : null, defaultRows: strays },
      }),
    ];
  },
};

/** Until the first instant from now on that no partition has, as seen from the database. */
async function readDaysLeft({ trx, target }: HealthContext): Promise<number> {
  const inDays = (bound: string): string => `(extract(epoch FROM ${bound} - now()) / ${DAY_SECONDS})::float8`;
  const finite = (bound: string): string => `CASE ${bound} WHEN '-infinity' THEN '-infinity'::float8
    WHEN 'infinity' THEN 'infinity'::float8 ELSE ${inDays(bound)} END`;
  const { rows } = await trx.raw<{ rows: Bounds[] }>(
    `SELECT ${finite('lower')} AS from_days, ${finite('upper')} AS to_days
     FROM (${PARTITION_BOUNDS}) bounds ORDER BY lower`,
    [target.sessions],
  );
  return rows.reduce((end, { from_days, to_days }) => (from_days <= end ? Math.max(end, to_days) : end), 0);
}

/** Rows in the default partition, up to a thousand; null when there is none. */
async function countStrays({ trx, target }: HealthContext): Promise<number | null> {
  const { rows: found } = await trx.raw<{ rows: { name: string }[] }>(
    `SELECT format('%I.%I', nspname, relname) AS name
     FROM pg_partitioned_table JOIN pg_class ON pg_class.oid = partdefid
     JOIN pg_namespace ON pg_namespace.oid = relnamespace
     WHERE partrelid = ?::oid`,
    [target.sessionsOid],
  );
  const [otherwise] = found;
  if (otherwise === undefined) return null;
  const { rows } = await trx.raw<{ rows: { strays: number }[] }>(
    `SELECT count(*)::float8 AS strays FROM (SELECT FROM ${otherwise.name} LIMIT ${MANY}) found`,
  );
  return rows[0]?.strays ?? 0;
}

function describeStrays(strays: number): string {
  if (strays === 0) return 'nothing';
  return strays < MANY ? count(strays, 'row') : `at least ${count(MANY, 'row')}`;
}
