/** `"auth"."handoffs"` → `"auth"."handoffs_archive"`: the seed's name, where the sessions have the seed's. */
export function archiveName(quotedSessions: string): string {
  return withSuffix(quotedSessions, '_archive');
}

/** A quoted name, of a table beside it. */
export function withSuffix(quotedName: string, suffix: string): string {
  return quotedName.replace(/"$/, `${suffix}"`);
}
