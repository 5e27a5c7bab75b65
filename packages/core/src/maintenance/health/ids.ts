import type { CheckGroup } from './context.js';
import { conclude } from './report.js';
import { judge } from './thresholds.js';
import { percent } from './wording.js';

interface IdColumn {
  /** `bigint`, or the `integer` of a table that the seed's own statement made. */
  readonly type: string;
  /** Quoted; null when the ids do not come from a sequence. */
  readonly sequence: string | null;
  readonly is_readable: boolean | null;
  /** Null before the first id. */
  readonly last: number | null;
  /** What the sequence or the column ends at, whichever comes first. */
  readonly max: number;
}

const STATEMENT = `
SELECT type, oid::regclass::text AS sequence, is_readable,
       CASE WHEN is_readable THEN pg_sequence_last_value(oid) END::float8 AS last,
       least(seqmax, CASE type WHEN 'integer' THEN 2147483647 WHEN 'smallint' THEN 32767 ELSE seqmax END)::float8 AS max
FROM (
  SELECT format_type(atttypid, NULL) AS type, pg_get_serial_sequence(:sessions, 'id')::regclass::oid AS oid
  FROM pg_attribute WHERE attrelid = :sessionsOid::oid AND attname = 'id'
) id
LEFT JOIN pg_sequence ON seqrelid = oid
CROSS JOIN LATERAL (SELECT has_sequence_privilege(oid, 'SELECT, USAGE') AS is_readable) privilege`;

/** How far the ids are from their end. */
export const ids: CheckGroup = {
  names: ['ids'],
  async run({ trx, target, thresholds }) {
    const { rows } = await trx.raw<{ rows: IdColumn[] }>(STATEMENT, { ...target });
    const [id] = rows;
    if (typeof id?.sequence !== 'string') {
      const message = 'they do not come from a sequence';
      const values = { usedShare: null, left: null };
      return [conclude('ids', 'ok', { message, advice: '', values })];
    }
    if (id.is_readable !== true) {
      const message = `unknown: permission denied for sequence ${id.sequence}`;
      const advice = `GRANT SELECT ON SEQUENCE ${id.sequence} to the role that asks`;
      return [conclude('ids', 'warn', { message, advice, values: { usedShare: null, left: null } })];
    }
    const last = id.last ?? 0;
    const usedShare = last / id.max;
    return [
      conclude('ids', judge(usedShare, thresholds.idsUsedShare), {
        message: `${percent(usedShare)} of what ${id.type} ids from ${id.sequence} go up to`,
        advice:
          id.type === 'bigint'
            ? `ALTER SEQUENCE ${id.sequence} AS bigint NO MAXVALUE`
            : `ALTER TABLE ${target.sessions} ALTER id TYPE bigint, which locks it while it is written anew, then ALTER SEQUENCE ${id.sequence} AS bigint NO MAXVALUE; when they run out nobody signs in`,
        values: { usedShare, left: id.max - last },
      }),
    ];
  },
};
