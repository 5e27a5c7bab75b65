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
  origin: SessionsOrigin,
  {
    partitions = {},
    cleanUp = {},
    archive = false,
    purge = false,
    audit = false,
    revocations = {},
  }: ScheduledJobOptions,
): ScheduledJob[] {
  return [
    partitions !== false && partitionsJob(origin, partitions),
    cleanUp !== false && cleanUpJob(origin, cleanUp),
    archive !== false && archiveJob(origin, archive),
    purge !== false && purgeJob(origin, purge),
    audit !== false && auditJob(origin, audit),
    revocations !== false && revocationsJob(origin, revocations),
  ].filter((job) => job !== false);
}

/** What one job may be told, where it is not left out. */
type JobOptions<Name extends keyof ScheduledJobOptions> = Exclude<
  ScheduledJobOptions[Name],
  false | undefined
>;

function partitionsJob(
  { knex, sessionsTable }: SessionsOrigin,
  given: JobOptions<'partitions'>,
): ScheduledJob {
  refuseUnknownKeys('partitions', given, ['ahead', 'archiveOlderThanSeconds', 'dropOlderThanSeconds']);
  requireAhead(given.ahead);
  requireAges(given);
  return async (signal) => {
    // Asked each time: the table may have been converted since.
    const { record } = await findTables(knex, { sessionsTable });
    if (record.partitionInterval === null) return null;
    return { job: 'partitions', ...(await maintainPartitions(knex, { ...given, sessionsTable, signal })) };
  };
}

function cleanUpJob({ knex, sessionsTable }: SessionsOrigin, given: JobOptions<'cleanUp'>): ScheduledJob {
  refuseUnknownKeys('cleanUp', given, ['retentionSeconds', 'keepHistory', 'batchSize']);
  const options = { ...resolveCleanUp(given), sessionsTable };
  return async (signal) => ({ job: 'cleanUp', ...(await cleanUpSessions(knex, { ...options, signal })) });
}

function archiveJob({ knex, sessionsTable }: SessionsOrigin, given: JobOptions<'archive'>): ScheduledJob {
  refuseUnknownKeys('archive', given, ['olderThanSeconds', 'batchSize']);
  const options = { ...resolveArchive(given), sessionsTable };
  return async (signal) => ({ job: 'archive', ...(await archiveSessions(knex, { ...options, signal })) });
}

function purgeJob({ knex, sessionsTable }: SessionsOrigin, given: JobOptions<'purge'>): ScheduledJob {
  refuseUnknownKeys('purge', given, ['olderThanSeconds', 'batchSize']);
  const options = { ...resolvePurge(given), sessionsTable };
  return async (signal) => ({ job: 'purge', ...(await purgeArchive(knex, { ...options, signal })) });
}

function auditJob({ knex, sessionsTable }: SessionsOrigin, given: JobOptions<'audit'>): ScheduledJob {
  refuseUnknownKeys('audit', given, ['olderThanSeconds', 'batchSize']);
  const options = { ...resolveAuditPurge(given), sessionsTable };
  return async (signal) => ({ job: 'audit', ...(await purgeAudit(knex, { ...options, signal })) });
}

function revocationsJob(
  { knex, sessionsTable }: SessionsOrigin,
  given: JobOptions<'revocations'>,
): ScheduledJob {
  refuseUnknownKeys('revocations', given, ['olderThanSeconds', 'batchSize']);
  const options = { ...resolveRevocationPurge(given), sessionsTable };
  return async (signal) => {
    const found = await findTables(knex, { sessionsTable });
    if (!(await tableExists(knex, found.revocations))) return null;
    return { job: 'revocations', ...(await purgeRevocations(knex, { ...options, signal })) };
  };
}
