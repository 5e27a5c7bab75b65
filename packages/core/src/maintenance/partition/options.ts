import { requireOneOf, requireWholeNumber } from '../../options.js';
import type { PartitionInterval } from '../../schema-options.js';
import { MaintenanceRefused } from '../refused.js';
import type { MaintainedTables } from '../tables.js';

const MAX_AHEAD = 366;

/** @throws TypeError when it is not a number of partitions. */
export function requireAhead(ahead: number | undefined): void {
  if (ahead !== undefined) requireWholeNumber('ahead', ahead, [0, MAX_AHEAD]);
}

/** @throws TypeError when it is none. */
export function requireInterval(interval: unknown): void {
  if (interval !== undefined) requireOneOf('interval', interval, ['month', 'day']);
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
