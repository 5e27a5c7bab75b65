import { wrongOption } from '@cross-app/protocol';
import { refuseUnknownKeys } from '../../options.js';
import type { TableChoice } from '../tables.js';
import { resolveThresholds } from './thresholds.js';
import type { HealthThresholdOptions, HealthThresholds } from './thresholds.js';

/** Options of `checkHealth`. */
export interface HealthOptions extends TableChoice {
  /** What cleanup is told, in seconds, zero or more. Default 86,400: what expired longer ago should be gone. */
  readonly retentionSeconds?: number;
  /** Where to warn and fail, for those who want other lines than the defaults. */
  readonly thresholds?: HealthThresholdOptions;
  /** This machine's clock, in milliseconds. Default `Date.now`. */
  readonly now?: () => number;
}

/** The options, checked and with their defaults. */
export interface ResolvedHealthOptions {
  readonly retentionSeconds: number;
  readonly thresholds: HealthThresholds;
  readonly now: () => number;
}

/** @throws TypeError for an unknown option or a value it cannot have. */
export function resolveHealthOptions(options: HealthOptions): ResolvedHealthOptions {
  refuseUnknownKeys('checkHealth', options, ['sessionsTable', 'retentionSeconds', 'thresholds', 'now']);
  const { retentionSeconds = 86_400, thresholds = {}, now = Date.now } = options;
  if (!Number.isFinite(retentionSeconds) || retentionSeconds < 0) {
    throw wrongOption('retentionSeconds must be zero or more', retentionSeconds);
  }
  return { retentionSeconds, thresholds: resolveThresholds(thresholds), now };
}
