import { mistake } from '@cross-app/protocol';
import { refuseUnknownKeys } from '../../options.js';
import type { HealthStatus } from './report.js';

/** From where on a check warns and fails. `Infinity` for never. */
export interface Limits {
  readonly warn: number;
  readonly fail: number;
}

/** Where the checks draw their lines. A share is between 0 and 1. */
export interface HealthThresholds {
  /** Sessions, archive and their indexes together. Default 20 GiB and never. */
  readonly sizeBytes: Limits;
  /** Share of dead rows in a table, from 10,000 of them on. Default 0.2 and 0.5. */
  readonly deadRowsShare: Limits;
  /** Estimated empty space of a table, where it is more than half of it. Default 64 MiB and 1 GiB. */
  readonly bloatBytes: Limits;
  /** Since the last vacuum of a table that has twice the dead rows at which autovacuum begins. Default 1 and 7 days. */
  readonly vacuumAgeSeconds: Limits;
  /** Since the last analyze of a table with twice the changes at which autovacuum begins. Default 1 and 7 days. */
  readonly analyzeAgeSeconds: Limits;
  /** How long ago cleanup should have taken the oldest row. Default 1 and 7 days. */
  readonly cleanupLagSeconds: Limits;
  /** Days until the partitions end; at these or fewer. Default 7 and 1. */
  readonly partitionDaysLeft: Limits;
  /** Share of the ids that has been given away. Default 0.7 and 0.9. */
  readonly idsUsedShare: Limits;
  /** Difference of the clocks, beyond the uncertainty of the measurement. Default 30 and 240 seconds. */
  readonly clockSeconds: Limits;
  /** Age of the oldest transaction in this database. Default 15 minutes and 6 hours. */
  readonly transactionSeconds: Limits;
  /** Age of the oldest transaction id in a table, of the 2³¹ there are. Default 0.25 and 0.5. */
  readonly frozenAgeShare: Limits;
  /** Scans of the table from which on an index without any is unused. Default 10,000 and never. */
  readonly unusedIndexScans: Limits;
}

/** {@link HealthThresholds} as options: what is left out has its default. */
export type HealthThresholdOptions = {
  readonly [Name in keyof HealthThresholds]?: Partial<Limits>;
};

const MINUTE = 60;
const DAY = 24 * 60 * MINUTE;
const MIB = 2 ** 20;

const DEFAULTS: HealthThresholds = {
  sizeBytes: { warn: 20 * 1024 * MIB, fail: Infinity },
  deadRowsShare: { warn: 0.2, fail: 0.5 },
  bloatBytes: { warn: 64 * MIB, fail: 1024 * MIB },
  vacuumAgeSeconds: { warn: DAY, fail: 7 * DAY },
  analyzeAgeSeconds: { warn: DAY, fail: 7 * DAY },
  cleanupLagSeconds: { warn: DAY, fail: 7 * DAY },
  partitionDaysLeft: { warn: 7, fail: 1 },
  idsUsedShare: { warn: 0.7, fail: 0.9 },
  clockSeconds: { warn: 30, fail: 240 },
  transactionSeconds: { warn: 15 * MINUTE, fail: 6 * 60 * MINUTE },
  frozenAgeShare: { warn: 0.25, fail: 0.5 },
  unusedIndexScans: { warn: 10_000, fail: Infinity },
};

/** @throws TypeError for an unknown threshold or one that is no number. */
export function resolveThresholds(options: HealthThresholdOptions): HealthThresholds {
  const names = Object.keys(DEFAULTS) as (keyof HealthThresholds)[];
  refuseUnknownKeys('thresholds', options, names);
  const entries = names.map((name): [string, Limits] => {
    const given = options[name] ?? {};
    refuseUnknownKeys(`thresholds.${name}`, given, ['warn', 'fail']);
    const limits = { ...DEFAULTS[name], ...given };
    if (![limits.warn, limits.fail].every((limit) => typeof limit === 'number' && limit >= 0)) {
      const { warn, fail } = limits;
      throw mistake(
        `thresholds.${name} must have numbers of zero or more, not warn ${String(warn)} and fail ${String(fail)}`,
      );
    }
    return [name, limits];
  });
  return Object.fromEntries(entries) as unknown as HealthThresholds;
}

/** How bad it is that something has grown to this. */
export function judge(value: number, { warn, fail }: Limits): HealthStatus {
  if (value >= fail) return 'fail';
  return value >= warn ? 'warn' : 'ok';
}

/** How bad it is that only this much is left. */
export function judgeRest(value: number, { warn, fail }: Limits): HealthStatus {
  if (value <= fail) return 'fail';
  return value <= warn ? 'warn' : 'ok';
}
