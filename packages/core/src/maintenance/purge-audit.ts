import type { Knex } from 'knex';
import { findAudit } from '../audit/find.js';
import { refuseUnknownKeys } from '../options.js';
import { readBatchSize } from './batches.js';
import { requireAge } from './cutoff.js';
import { purgeOldRows } from './purge-old-rows.js';
import type { AgeLimits } from './purge-old-rows.js';
import { REMOVAL_OPTIONS } from './removal.js';
import type { RemovalOptions, RemovalReport } from './removal.js';

/** Options of {@link purgeAudit}. */
export interface AuditPurgeOptions extends RemovalOptions {
  /** Entries older than this are deleted, in whole seconds: 60 to a century. Default 7,776,000, which is 90 days. */
  readonly olderThanSeconds?: number;
}

const DEFAULT_AUDIT_SECONDS = 90 * 86_400;

/**
 * Deletes the entries of `cross_app_audit` that were made long ago, for good. They name people's addresses, so they
 * should not be kept for longer than somebody reads them.
 *
 * @throws TypeError for an unknown option or a value outside its limits.
 * @throws MaintenanceRefused when there is no such table, or several and none was named.
 * @example
 * const { rows } = await purgeAudit(knex, { olderThanSeconds: 30 * 86_400 });
 */
export async function purgeAudit(knex: Knex, options: AuditPurgeOptions = {}): Promise<RemovalReport> {
  const limits = resolveAuditPurge(options);
  const audit = await findAudit(knex, options);
  return await purgeOldRows(knex, { name: audit, time: 'at', job: 'audit' }, { ...options, ...limits });
}

/** @throws TypeError as {@link purgeAudit}. */
export function resolveAuditPurge(options: AuditPurgeOptions): AgeLimits {
  refuseUnknownKeys('purgeAudit', options, ['olderThanSeconds', ...REMOVAL_OPTIONS]);
  const { olderThanSeconds = DEFAULT_AUDIT_SECONDS, batchSize } = options;
  requireAge('olderThanSeconds', olderThanSeconds);
  return { olderThanSeconds, batchSize: readBatchSize(batchSize) };
}
