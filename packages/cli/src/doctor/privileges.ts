import type { MaintainedTables } from '@cross-app/core';
import type { Knex } from 'knex';
import { ask } from './ask.js';
import { fail, ok, warn } from './check.js';
import type { Check } from './check.js';

interface Need {
  readonly table: string;
  readonly privilege: string;
  /** Null for the verbs, without which nobody signs in; else the commands that need it. */
  readonly onlyFor: string | null;
}

/** One that was asked for and is not there. `role` is quoted. */
interface Missing extends Need {
  readonly role: string;
}

/** Whether this role may do what the verbs do, and what maintenance does. */
export async function checkPrivileges(knex: Knex, tables: MaintainedTables): Promise<Check> {
  const name = 'privileges';
  const needs = listNeeds(tables);
  const missing = await ask<Missing>(knex, MISSING, [JSON.stringify(needs)]);
  const forVerbs = missing.filter(({ onlyFor }) => onlyFor === null);
  if (forVerbs.length > 0) {
    return fail(
      name,
      `this role may not ${describe(forVerbs)}: issue, redeem or revoke fails`,
      `As the owner: ${grants(forVerbs)}`,
    );
  }
  return missing.length > 0
    ? warn(
        name,
        `this role may not ${describe(missing)}: that is for ${[...new Set(missing.map(({ onlyFor }) => onlyFor))].join(' and ')}`,
        `Run maintenance with the role that owns the tables, or as the owner: ${grants(missing)}`,
      )
    : ok(name, 'this role may do what the verbs and maintenance do');
}

function listNeeds({ sessions, archive, revocations, users, accounts }: MaintainedTables): Need[] {
  const forVerbs = [
    ...['SELECT', 'INSERT', 'UPDATE'].map((privilege) => ({ table: sessions, privilege })),
    ...['SELECT', 'INSERT'].map((privilege) => ({ table: revocations, privilege })),
    { table: users, privilege: 'SELECT' },
    ...(accounts === null ? [] : [{ table: accounts, privilege: 'SELECT' }]),
  ];
  return [
    ...forVerbs.map((need) => ({ ...need, onlyFor: null })),
    { table: sessions, privilege: 'DELETE', onlyFor: 'cleanup' },
    { table: archive, privilege: 'INSERT', onlyFor: 'archive' },
    { table: archive, privilege: 'SELECT', onlyFor: 'archive' },
  ];
}

// A table that is gone has been found missing already. Columns of which each may be read are enough for SELECT.
const MISSING = `
SELECT need."table", privilege, "onlyFor", quote_ident(current_user) AS role
FROM json_to_recordset(?) AS need ("table" text, privilege text, "onlyFor" text)
WHERE to_regclass(need."table") IS NOT NULL
  AND NOT has_table_privilege(to_regclass(need."table"), privilege)
  AND NOT (privilege = 'SELECT' AND has_any_column_privilege(to_regclass(need."table"), privilege))`;

function describe(missing: readonly Missing[]): string {
  return missing.map(({ privilege, table }) => `${privilege} on ${table.replaceAll('"', '')}`).join(', ');
}

function grants(missing: readonly Missing[]): string {
  return missing.map(({ privilege, table, role }) => `GRANT ${privilege} ON ${table} TO ${role};`).join(' ');
}
