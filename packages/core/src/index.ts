/**
 * Single-use sign-in handoff on PostgreSQL: the verbs, the tables and the models.
 *
 * Left out on purpose: a connection of its own (give it your knex), and anything about HTTP, which is in
 * `@cross-app/express` and `@cross-app/sdk`.
 *
 * @packageDocumentation
 */
export { CrossAppError, isCrossAppError } from '@cross-app/protocol';
export type {
  CrossAppAccount,
  CrossAppErrorCode,
  CrossAppSessions,
  CrossAppUser,
  IdInput,
  InspectRequest,
  IssuedHandoff,
  IssueRequest,
  JsonValue,
  RedeemRequest,
  Redemption,
  RevokeFilter,
} from '@cross-app/protocol';
export { ProductionRefused, seedDevelopmentData } from './development-data.js';
export type { DevelopmentData } from './development-data.js';
export type {
  CrossAppEvents,
  IssuedEvent,
  Listener,
  RedeemedEvent,
  RejectedEvent,
  ReplayedEvent,
  RevokedEvent,
} from './events.js';
export type { StoredSession } from './lifecycle/stored-session.js';
export type { BatchOptions, Outcome, Progress } from './maintenance/batches.js';
export { MaintenanceRefused } from './maintenance/refused.js';
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
export type { ColumnNames, CrossAppSessionsOptions, TableNames } from './options.js';
export { createSessionsTable, dropSessionsTable, upgradeSessionsTable } from './schema.js';
export type { IdType, Layout, PartitionInterval, SchemaOptions } from './schema-options.js';
export type { SchemaRecord } from './schema-record.js';
export { createCrossAppSessions } from './sessions.js';
export type { DatabaseSessions } from './sessions.js';
