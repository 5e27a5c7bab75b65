/** `"auth"."handoffs"` → `"auth"."handoffs_archive"`: the seed's name, where the sessions have the seed's. */
export function archiveName(quotedSessions: string): string {
  return withSuffix(quotedSessions, '_archive');
}

/** A quoted name, of a table beside it. */
export function withSuffix(quotedName: string, suffix: string): string {
  return quotedName.replace(/"$/, `${suffix}"`);
}

/** A quoted name, of something in the schema of a table. */
export function besideTable(quotedTable: string, quotedName: string): string {
  return quotedTable.replace(/[^.]+$/, quotedName);
}

/** Without its schema, as names of constraints are, and as RENAME TO takes them. */
export function withoutSchema(name: string): string {
  return name.split('.').at(-1) ?? '';
}

/** `"public"."cross_app_sessions"` → `public.cross_app_sessions`, for people. */
export function unquote(quotedName: string): string {
  return quotedName.replaceAll('"', '');
}
