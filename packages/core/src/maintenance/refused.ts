/** What was asked for cannot be done with this database or this file, and nothing was changed. */
export class MaintenanceRefused extends Error {
  override readonly name: 'MaintenanceRefused' = 'MaintenanceRefused' as const;
}
