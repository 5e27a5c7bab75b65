import type { Knex } from 'knex';
import { withoutSchema } from '../../table-name.js';
import { MaintenanceRefused } from '../refused.js';
import type { MaintainedTables } from '../tables.js';
import { BOUND_SUFFIX } from './bound.js';
import { isReplaced } from './plain-table.js';

/**
 * Refuses what would not survive: a view or a foreign key of the host's would go on with the first partition alone,
 * and a trigger would fire for that one only.
 *
 * @throws MaintenanceRefused that names everything that is in the way.
 */
export async function refuseObstacles(knex: Knex, { sessions, record }: MaintainedTables): Promise<void> {
  const { rows } = await knex.raw<{ rows: { obstacle: string }[] }>(obstacles(sessions), {
    sessions,
    bound: `${withoutSchema(record.sessions)}${BOUND_SUFFIX}`,
  });
  if (rows.length === 0) return;
  const list = rows.map(({ obstacle }) => obstacle).join('; ');
  throw new MaintenanceRefused(
    `${record.sessions} cannot be converted as it is: ${list}. Take that away first, and make it again on the converted table.`,
  );
}

const obstacles = (quotedSessions: string): string => `
WITH sessions AS (SELECT :sessions::regclass::oid AS oid)
SELECT format('the foreign key %I of %s refers to it', conname, conrelid::regclass) AS obstacle
FROM pg_constraint, sessions WHERE confrelid = sessions.oid AND contype = 'f'
UNION ALL
SELECT format('its constraint %I is not validated', conname)
FROM pg_constraint, sessions WHERE conrelid = sessions.oid AND NOT convalidated AND conname <> :bound
UNION ALL
SELECT format('its constraint %I excludes rows without regard to expires_at', conname)
FROM pg_constraint, sessions WHERE conrelid = sessions.oid AND contype = 'x'
UNION ALL
SELECT format('its index %I is unique without expires_at', relname)
FROM sessions, pg_index JOIN pg_class ON pg_class.oid = indexrelid
WHERE indrelid = sessions.oid AND indisunique AND indisvalid AND NOT (${isReplaced(quotedSessions)}) AND NOT EXISTS (
  SELECT FROM pg_attribute
  WHERE attrelid = indrelid AND attnum = ANY ((indkey::int2[])[0:indnkeyatts - 1]) AND attname = 'expires_at'
)
UNION ALL
SELECT format('it has the trigger %I', tgname)
FROM pg_trigger, sessions WHERE tgrelid = sessions.oid AND NOT tgisinternal
UNION ALL
SELECT format('it has the policy %I', polname) FROM pg_policy, sessions WHERE polrelid = sessions.oid
UNION ALL
SELECT 'row level security is on' FROM pg_class JOIN sessions USING (oid) WHERE relrowsecurity
UNION ALL
SELECT format('it has the rule %I', rulename) FROM pg_rewrite, sessions WHERE ev_class = sessions.oid
UNION ALL
SELECT DISTINCT format('the view %s reads it', ev_class::regclass)
FROM sessions, pg_depend JOIN pg_rewrite ON pg_rewrite.oid = objid
WHERE classid = 'pg_rewrite'::regclass AND refclassid = 'pg_class'::regclass AND refobjid = sessions.oid
  AND ev_class <> sessions.oid
UNION ALL
SELECT DISTINCT format('the function %s is bound to it', objid::regprocedure)
FROM pg_depend, sessions
WHERE classid = 'pg_proc'::regclass AND refclassid = 'pg_class'::regclass AND refobjid = sessions.oid
UNION ALL
SELECT format('the publication %I names it', pubname)
FROM sessions, pg_publication_rel JOIN pg_publication ON pg_publication.oid = prpubid WHERE prrelid = sessions.oid
UNION ALL
SELECT format('%s inherits from %s', inhrelid::regclass, inhparent::regclass)
FROM pg_inherits, sessions WHERE sessions.oid IN (inhrelid, inhparent)`;
