import type { Knex } from 'knex';

/** Gives the table exactly the privileges, on itself and on its columns, that the other one has. */
export async function copyPrivileges(trx: Knex.Transaction, from: string, to: string): Promise<void> {
  const { rows } = await trx.raw<{ rows: { statement: string }[] }>(PRIVILEGES, { from, to });
  if (rows.length > 0) await trx.raw(rows.map(({ statement }) => statement).join(';\n'));
}

/** Gives partitions to the owner of their table, whoever made them: only the owner can remove them later. */
export async function adoptPartitions(trx: Knex.Transaction, sessions: string): Promise<void> {
  const { rows } = await trx.raw<{ rows: { statement: string }[] }>(
    `SELECT format('ALTER TABLE %s OWNER TO %I', child.oid::regclass, pg_get_userbyid(parent.relowner)) AS statement
     FROM pg_inherits
     JOIN pg_class child ON child.oid = inhrelid
     JOIN pg_class parent ON parent.oid = inhparent
     WHERE inhparent = ?::regclass AND child.relowner <> parent.relowner`,
    [sessions],
  );
  if (rows.length > 0) await trx.raw(rows.map(({ statement }) => statement).join(';\n'));
}

// A new table may have privileges by ALTER DEFAULT PRIVILEGES, which the old one does not have.
const PRIVILEGES = `
WITH target AS (
  SELECT relacl, relowner FROM pg_class WHERE oid = :to::regclass
), source AS (
  SELECT oid, coalesce(relacl, acldefault('r', relowner)) AS acl FROM pg_class WHERE oid = :from::regclass
), granted AS (
  SELECT privilege.*, '' AS columns FROM source, aclexplode(acl) privilege
  UNION ALL
  SELECT privilege.*, format('(%I)', attname)
  FROM source JOIN pg_attribute ON attrelid = source.oid AND NOT attisdropped, aclexplode(attacl) privilege
), statements AS (
  SELECT DISTINCT 1 AS step, format('REVOKE ALL ON %s FROM %s', CAST(:to AS text), role.name) AS statement
  FROM target, aclexplode(coalesce(relacl, acldefault('r', relowner))) privilege
  CROSS JOIN LATERAL (
    SELECT CASE privilege.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(privilege.grantee)) END AS name
  ) role
  UNION ALL
  SELECT DISTINCT 2, format('GRANT %s %s ON %s TO %s %s', privilege_type, columns, CAST(:to AS text), role.name,
    CASE WHEN is_grantable THEN 'WITH GRANT OPTION' END)
  FROM granted
  CROSS JOIN LATERAL (
    SELECT CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END AS name
  ) role
)
SELECT statement FROM statements ORDER BY step, statement`;
