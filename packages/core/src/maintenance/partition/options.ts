import type { PartitionInterval } from '../../schema-options.js';
import { MaintenanceRefused } from '../refused.js';
import type { MaintainedTables } from '../tables.js';

const MAX_AHEAD = 366;

/** @throws TypeError when it is not a number of partitions. */
export function requireAhead(ahead: number | undefined): void {
  if (ahead === undefined) return;
  if (!Number.isInteger(ahead) || ahead < 0 || ahead > MAX_AHEAD) {
    throw new TypeError(`ahead must be a whole number from 0 to ${MAX_AHEAD}, not ${String(ahead)}`);
  }
}

/** @throws TypeError when it is none. */
export function requireInterval(interval: unknown): void {
  if (interval === undefined || interval === 'month' || interval === 'day') return;
  throw new TypeError(`interval must be month or day, not ${JSON.stringify(interval)}`);
}

/** @throws MaintenanceRefused when the table has partitions of another interval. */
export function requireSameInterval(
  { record }: MaintainedTables,
  interval: PartitionInterval | undefined,
): void {
  const { sessions, partitionInterval } = record;
  if (partitionInterval === null || interval === undefined || interval === partitionInterval) return;
  throw new MaintenanceRefused(
    `${sessions} is partitioned by ${partitionInterval} already: leave the interval out, or give that one.`,
  );
}

/** `"public"."cross_app_sessions"` → `public.cross_app_sessions`, for people. */
export function unquote(name: string): string {
  return name.replaceAll('"', '');
}
