import type { Knex } from 'knex';
import { epochQuestion } from '../epoch.js';
import { isNotTold } from '../sql-state.js';

/** What {@link readEpoch} found, or why there is nothing to find. */
export type EpochReading =
  { readonly epoch: string } | { readonly epoch: null; readonly reason: 'not-told' | 'citus' | 'standby' };

/**
 * Reads by what the tokens of now are told from those before a failover or a restore: the server's identifier and its
 * timeline, as `issue` stores them. Changes nothing, also in a transaction.
 *
 * @example
 * const reading = await readEpoch(knex);
 * if (reading.epoch === null) console.log(reading.reason);
 */
export async function readEpoch(knex: Knex): Promise<EpochReading> {
  const standby = await knex.raw<{ rows: { isOne: boolean }[] }>('SELECT pg_is_in_recovery() AS "isOne"');
  if (standby.rows[0]?.isOne !== false) return { epoch: null, reason: 'standby' };
  try {
    // In a transaction a savepoint, so that it goes on after an error.
    const { rows } = await knex.transaction((trx) =>
      trx.raw<{ rows: [{ epoch: string; is_spread: boolean }] }>(epochQuestion()),
    );
    const [{ epoch, is_spread: isSpread }] = rows;
    return isSpread ? { epoch: null, reason: 'citus' } : { epoch };
  } catch (error) {
    if (!isNotTold(error)) throw error;
    return { epoch: null, reason: 'not-told' };
  }
}
