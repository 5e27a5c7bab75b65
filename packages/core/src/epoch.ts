import { CrossAppError } from '@cross-app/protocol';
import type { Database, Statement } from './database.js';
import type { Epoch } from './options.js';
import { isNotTold } from './sql-state.js';
import { prepared } from './statement.js';

/**
 * In SQL: what tells one life of a database from another. A promotion and a point-in-time restore begin a new timeline; a
 * server that was made anew, and had the rows copied to it, has another identifier. 10 µs, so not once a row.
 */
const CURRENT_EPOCH = `(SELECT system_identifier::text FROM pg_control_system())
      || '/' || left(pg_walfile_name(pg_current_wal_lsn()), 8)`;

/** Whether that can be gone by. On Citus each node has a timeline of its own, and any of them may redeem. */
export function epochQuestion(): string {
  return `SELECT ${CURRENT_EPOCH} AS epoch,
  EXISTS (SELECT FROM pg_extension WHERE extname = 'citus') AS is_spread`;
}

/** A query of WITH: the epoch now, read once a statement, and only if a row asks for it. */
export function thisEpoch(epoch: Epoch): string {
  return `this_epoch AS MATERIALIZED (SELECT ${epoch === 'timeline' ? CURRENT_EPOCH : 'NULL::text'} AS epoch)`;
}

/** Beside {@link thisEpoch}: what to store of it. */
export const THIS_EPOCH = '(SELECT epoch FROM this_epoch)';

/** Beside {@link thisEpoch}: the row was not issued in another epoch. Who issued it may have said none. */
export function isOfThisEpoch(epoch: Epoch, alias: string): string {
  return epoch === 'timeline' ? `(${alias}.epoch IS NULL OR ${alias}.epoch = ${THIS_EPOCH})` : 'true';
}

/** Which epochs the verbs tell apart: the one that the options say, or else what the database can tell, asked once. */
export class KnownEpoch {
  readonly #database: Database;
  #epoch: Promise<Epoch> | undefined;

  constructor(database: Database, chosen: Epoch | null) {
    this.#database = database;
    if (chosen !== null) this.#epoch = Promise.resolve(chosen);
  }

  /** Prepares a statement for both, and says which it is. */
  prepared(verb: string, write: (epoch: Epoch) => string): () => Promise<Statement> {
    const statements = {
      timeline: prepared(verb, write('timeline')),
      none: prepared(verb, write('none')),
    };
    return async () => statements[await this.#known()];
  }

  #known(): Promise<Epoch> {
    this.#epoch ??= this.#ask().catch((error: unknown) => {
      this.#epoch = undefined;
      throw error;
    });
    return this.#epoch;
  }

  // Only what says that the database never tells it means "none": any other failure is one of the call.
  async #ask(): Promise<Epoch> {
    try {
      const [row] = await this.#database.runAgainIfCut(epochQuestion(), []);
      if (row?.['is_spread'] !== 't') return 'timeline';
      warn('On Citus each node has a timeline of its own');
    } catch (error) {
      if (!(error instanceof CrossAppError) || !isNotTold(error)) throw error;
      warn('The database does not tell this role its timeline');
    }
    return 'none';
  }
}

function warn(reason: string): void {
  process.emitWarning(
    `${reason}, so after a failover or a restore a token that was used before may be redeemed once more. Run cross-app new-epoch then, before any app is let in, and set epoch: 'none' to say that you know.`,
    'CrossAppEpochWarning',
  );
}
