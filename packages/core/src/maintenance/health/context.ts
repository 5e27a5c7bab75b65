import type { Knex } from 'knex';
import type { ResolvedHealthOptions } from './options.js';
import type { CheckName, HealthCheck } from './report.js';
import type { HealthTarget } from './target.js';

/** What every check works with. */
export interface HealthContext extends ResolvedHealthOptions {
  /** Read-only, at READ COMMITTED, with time-outs. */
  readonly trx: Knex.Transaction;
  readonly target: HealthTarget;
}

/** Checks that stand on the same query, and so are unknown together. */
export interface CheckGroup {
  readonly names: readonly CheckName[];
  readonly run: (context: HealthContext) => Promise<HealthCheck[]>;
}
