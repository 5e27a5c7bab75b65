import { refuseUnknownKeys } from '../options.js';
import type { SessionsOrigin } from '../sessions-origin.js';
import { archiveSessions, purgeArchive, resolveArchive, resolvePurge } from './archive.js';
import type { ArchiveOptions, PurgeOptions } from './archive.js';
import { cleanUpSessions, resolveCleanUp } from './clean-up.js';
import type { CleanUpOptions } from './clean-up.js';
import { maintainPartitions, requireAges } from './maintain-partitions.js';
import type { PartitionMaintenanceOptions, PartitionMaintenanceReport } from './maintain-partitions.js';
import { requireAhead } from './partition/options.js';
import { purgeAudit, resolveAuditPurge } from './purge-audit.js';
import type { AuditPurgeOptions } from './purge-audit.js';
import { purgeRevocations, resolveRevocationPurge } from './purge-revocations.js';
import type { RevocationPurgeOptions } from './purge-revocations.js';
import type { RemovalReport } from './removal.js';
import { tableExists } from '../table-exists.js';
import { findTables } from './tables.js';

/** What `scheduleMaintenance` does in each run, in this order. Their options are those of the functions. */
export interface ScheduledJobOptions {
  /** As `maintainPartitions`, where the table is partitioned. Default `{}`; false leaves it out. */
  readonly partitions?:
    Pick<PartitionMaintenanceOptions, 'ahead' | 'archiveOlderThanSeconds' | 'dropOlderThanSeconds'> | false;
  /** As `cleanUpSessions`. Default `{}`; false leaves it out. */
  readonly cleanUp?: Pick<CleanUpOptions, 'retentionSeconds' | 'keepHistory' | 'batchSize'> | false;
  /** As `archiveSessions`. Default false, for cleanup has moved rows earlier. */
  readonly archive?: Pick<ArchiveOptions, 'olderThanSeconds' | 'batchSize'> | false;
  /** As `purgeArchive`. Default false: history is kept. */
  readonly purge?: Pick<PurgeOptions, 'olderThanSeconds' | 'batchSize'> | false;
  /** As `purgeAudit`. Default false: the audit is kept, where there is one. */
  readonly audit?: Pick<AuditPurgeOptions, 'olderThanSeconds' | 'batchSize'> | false;
  /** As `purgeRevocations`, where there are some. Default `{}`; false leaves it out. */
  readonly revocations?: Pick<RevocationPurgeOptions, 'olderThanSeconds' | 'batchSize'> | false;
}

/** What one job of a run did. */
export type JobReport =
  | ({ readonly job: 'partitions' } & PartitionMaintenanceReport)
  | ({ readonly job: 'cleanUp' | 'archive' | 'purge' | 'audit' | 'revocations' } & RemovalReport);

/** Does its work until the signal, and says what it did; null when the table has none for it. */
export type ScheduledJob = (signal: AbortSignal) => Promise<JobReport | null>;

/** The names of {@link ScheduledJobOptions}, for those who refuse others. */
export const JOB_OPTIONS: readonly string[] = [
  'partitions',
  'cleanUp',
  'archive',
  'purge',
  'audit',
  'revocations',
];

/** @throws TypeError for an option that a job would refuse: at the start, and not an hour later. */
export function resolveJobs(
  { knex, sessionsTable }: SessionsOrigin,
  options: ScheduledJobOptions,
): ScheduledJob[] {
  const {
    partitions = {},
    cleanUp = {},
    archive = false,
    purge = false,
    audit = false,
    revocations = {},
  } = options;
  const jobs: ScheduledJob[] = [];
  if (partitions !== false) {
    refuseUnknownKeys('partitions', partitions, ['ahead', 'archiveOlderThanSeconds', 'dropOlderThanSeconds']);
    requireAhead(partitions.ahead);
    requireAges(partitions);
    jobs.push(async (signal) => {
      // Asked each time: the table may have been converted since.
      const { record } = await findTables(knex, { sessionsTable });
      if (record.partitionInterval === null) return null;
      const report = await maintainPartitions(knex, { ...partitions, sessionsTable, signal });
      return { job: 'partitions', ...report };
    });
  }
  if (cleanUp !== false) {
    refuseUnknownKeys('cleanUp', cleanUp, ['retentionSeconds', 'keepHistory', 'batchSize']);
    const options = { ...resolveCleanUp(cleanUp), sessionsTable };
    jobs.push(async (signal) => ({
      job: 'cleanUp',
      ...(await cleanUpSessions(knex, { ...options, signal })),
    }));
  }
  if (archive !== false) {
    refuseUnknownKeys('archive', archive, ['olderThanSeconds', 'batchSize']);
    const options = { ...resolveArchive(archive), sessionsTable };
    jobs.push(async (signal) => ({
      job: 'archive',
      ...(await archiveSessions(knex, { ...options, signal })),
    }));
  }
  if (purge !== false) {
    refuseUnknownKeys('purge', purge, ['olderThanSeconds', 'batchSize']);
    const options = { ...resolvePurge(purge), sessionsTable };
    jobs.push(async (signal) => ({ job: 'purge', ...(await purgeArchive(knex, { ...options, signal })) }));
  }
  if (audit !== false) {
    refuseUnknownKeys('audit', audit, ['olderThanSeconds', 'batchSize']);
    const options = { ...resolveAuditPurge(audit), sessionsTable };
    jobs.push(async (signal) => ({ job: 'audit', ...(await purgeAudit(knex, { ...options, signal })) }));
  }
  if (revocations !== false) {
    refuseUnknownKeys('revocations', revocations, ['olderThanSeconds', 'batchSize']);
    const options = { ...resolveRevocationPurge(revocations), sessionsTable };
    jobs.push(async (signal) => {
      const found = await findTables(knex, { sessionsTable });
      if (!(await tableExists(knex, found.revocations))) return null;
      return { job: 'revocations', ...(await purgeRevocations(knex, { ...options, signal })) };
    });
  }
  return jobs;
}
