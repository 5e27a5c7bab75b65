/**
 * Single-use sign-in handoff on PostgreSQL: the verbs, the tables and the models.
 *
 * Left out on purpose: a connection of its own (give it your knex), and anything about HTTP, which is in
 * `@cross-app/express` and `@cross-app/sdk`.
 *
 * @module @cross-app/core
 */
export { AUDIT_EVENTS, CrossAppError, isCrossAppError } from '@cross-app/protocol';
export type {
  AuditEntry,
  AuditEvent,
  AuditRecorder,
  CrossAppAccount,
  CrossAppErrorCode,
  CrossAppErrorOf,
  CrossAppSessions,
  CrossAppUser,
  DerivedSession,
  DerivedSessions,
  IdInput,
  InspectRequest,
  IssuedHandoff,
  IssueRequest,
  JsonValue,
  RedeemRequest,
  Redemption,
  Revocation,
  RevocationOutbox,
  RevocationSink,
  RevocationWatch,
  RevokeFilter,
  RevokeScope,
} from '@cross-app/protocol';
export { createAccountHooks } from './account-hooks.js';
export type { AccountHooks, AccountHooksOptions, MemberAccount, MemberPermission } from './account-hooks.js';
export type { AccountTables } from './account-tables.js';
export type { AuditLog } from './audit/buffered-log.js';
export { createAuditLog } from './audit/log.js';
export type { AuditLogOptions } from './audit/log.js';
export { MAX_AUDIT_LIMIT, readAudit } from './audit/read.js';
export type { AuditQuery, RecordedEntry } from './audit/read.js';
export { addApp } from './apps/add.js';
export type { AppLimits, NewAppOptions } from './apps/add.js';
export { listApps } from './apps/list.js';
export type { ListedApp, ListedSecret } from './apps/list.js';
export { createAppRegistry } from './apps/registry.js';
export type { AppRegistryOptions, DatabaseAppRegistry, RegisteredApp } from './apps/registry.js';
export { removeApp } from './apps/remove.js';
export { rotateAppSecret } from './apps/rotate.js';
export type { EndingSecret, RotatedSecret, RotateOptions } from './apps/rotate.js';
export type { NewSecret } from './apps/secret.js';
export { ProductionRefused, seedDevelopmentData } from './development-data.js';
export type { DevelopmentData } from './development-data.js';
export type {
  CrossAppEvent,
  CrossAppEvents,
  IssuedEvent,
  Listener,
  RedeemedEvent,
  RejectedEvent,
  ReplayedEvent,
  RevokedEvent,
} from './events.js';
export type { StoredSession } from './lifecycle/stored-session.js';
export { backUpSessions } from './maintenance/backup/back-up.js';
export type { BackupOptions, BackupReport, BackupTarget } from './maintenance/backup/back-up.js';
export type { BackupColumn, BackupFooter, BackupHeader, BackupTable } from './maintenance/backup/format.js';
export type { PgDumpOptions } from './maintenance/backup/pg-dump.js';
export { readBackup } from './maintenance/backup/read-file.js';
export type { BackupSummary } from './maintenance/backup/read-file.js';
export { restoreSessions } from './maintenance/backup/restore.js';
export type { RestoreOptions, RestoreReport } from './maintenance/backup/restore.js';
export { archiveSessions, purgeArchive } from './maintenance/archive.js';
export type { ArchiveOptions, PurgeOptions } from './maintenance/archive.js';
export type { BatchOptions, Outcome, Progress } from './maintenance/batches.js';
export { cleanUpSessions } from './maintenance/clean-up.js';
export type { CleanUpOptions } from './maintenance/clean-up.js';
export { describeToken } from './maintenance/describe-token.js';
export type { DescribedSession, TokenDescription, TokenState } from './maintenance/describe-token.js';
export { maintainPartitions } from './maintenance/maintain-partitions.js';
export type {
  PartitionMaintenanceOptions,
  PartitionMaintenanceReport,
  RemovedPartition,
} from './maintenance/maintain-partitions.js';
export type { PostponedPartition } from './maintenance/partition/coming-partitions.js';
export { partitionSessions } from './maintenance/partition.js';
export type { PartitionOptions, PartitionReport } from './maintenance/partition.js';
export { startNewEpoch } from './maintenance/new-epoch.js';
export type { NewEpochOptions, NewEpochReport } from './maintenance/new-epoch.js';
export { purgeAudit } from './maintenance/purge-audit.js';
export type { AuditPurgeOptions } from './maintenance/purge-audit.js';
export { purgeRevocations } from './maintenance/purge-revocations.js';
export type { RevocationPurgeOptions } from './maintenance/purge-revocations.js';
export { readEpoch } from './maintenance/read-epoch.js';
export type { EpochReading } from './maintenance/read-epoch.js';
export { MaintenanceRefused } from './maintenance/refused.js';
export type { RemovalOptions, RemovalReport } from './maintenance/removal.js';
export { scheduleMaintenance } from './maintenance/schedule.js';
export type { MaintenanceSchedule, ScheduleOptions } from './maintenance/schedule.js';
export type { JobReport, ScheduledJobOptions } from './maintenance/scheduled-jobs.js';
export { revokeInBatches } from './maintenance/revoke-in-batches.js';
export type { RevokeOptions, RevokeReport } from './maintenance/revoke-in-batches.js';
export { hasHistory, seedHistory } from './maintenance/seed-history.js';
export type { HistoryOptions, SeededHistory } from './maintenance/seed-history.js';
export { checkHealth } from './maintenance/health.js';
export type { HealthOptions } from './maintenance/health/options.js';
export type {
  Activity,
  CheckName,
  HealthCheck,
  HealthReport,
  HealthStatus,
  IndexActivity,
  TableActivity,
} from './maintenance/health/report.js';
export type { HealthThresholdOptions, HealthThresholds, Limits } from './maintenance/health/thresholds.js';
export { healthMetrics, observeHealth } from './maintenance/metrics.js';
export type { HealthMeter, HealthMetric, ObserveGauges } from './maintenance/metrics.js';
export { sessionStatistics } from './maintenance/statistics.js';
export type {
  DayStatistics,
  SessionCounts,
  SessionStatistics,
  StatisticsOptions,
} from './maintenance/statistics.js';
export { findTables } from './maintenance/tables.js';
export type { MaintainedTables, TableChoice } from './maintenance/tables.js';
export { migrate, MigrationConflict, MIGRATIONS_TABLE, migrationStatus, rollback } from './migrate.js';
export type { MigrateOptions, MigrationStatus } from './migrate.js';
export {
  createMigrationSource,
  migrationsDirectory,
  migrationSource,
  seedsDirectory,
  userMigrationsDirectory,
} from './migration-source.js';
export type { MigrationSourceOptions, NamedMigration } from './migration-source.js';
export { Account, CrossAppSession, User } from './models.js';
export type {
  ColumnNames,
  CrossAppSessionsOptions,
  Epoch,
  GatherOptions,
  RevokeOnReplay,
  TableNames,
} from './options.js';
export { createRevocationList, createRevocationsTable } from './revocations/list.js';
export type { RevocationList, RevocationListOptions } from './revocations/list.js';
export { createSessionsTable, dropSessionsTable, upgradeSessionsTable } from './schema.js';
export type { IdType, Layout, PartitionInterval, SchemaOptions } from './schema-options.js';
export type { SchemaRecord } from './schema-record.js';
export { createCrossAppSessions } from './sessions.js';
export type { DatabaseSessions } from './sessions.js';
