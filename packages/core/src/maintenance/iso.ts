/** In SQL: an instant as ISO 8601 by UTC, which PostgreSQL reads too. To the microsecond, which a Date has not. */
export function iso(instant: string, fraction: 'MS' | 'US' = 'US'): string {
  return `to_char(${instant} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.${fraction}"Z"')`;
}
