import type { Knex } from 'knex';
import { mistake } from '@cross-app/protocol';
import { hasTurn, inTransaction } from '../batches.js';

/**
 * Does the work while this runner has the turn, which a transaction of its own keeps for as long as that takes. It
 * has read nothing when it waits, so it holds back neither a vacuum nor the build of an index.
 *
 * @returns null when another runner has the turn.
 * @throws TypeError when the pool has no second connection for the work.
 */
export async function withTurn<Result>(
  knex: Knex,
  sessions: string,
  work: (turn: Knex.Transaction) => Promise<Result>,
): Promise<Result | null> {
  const pool = (knex.client as { pool?: { max?: number } }).pool;
  if (knex.isTransaction === true || (pool?.max ?? 2) < 2) {
    throw mistake('knex must not be a transaction, and its pool needs two connections');
  }
  return inTransaction(knex, async (turn) => {
    await turn.raw('SET LOCAL idle_in_transaction_session_timeout = 0');
    const { rows } = await turn.raw<{ rows: [{ isOurs: boolean }] }>(
      `SELECT ${hasTurn('partition', sessions)} AS "isOurs"`,
    );
    return rows[0].isOurs ? work(turn) : null;
  });
}
