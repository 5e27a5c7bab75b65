import type { Knex } from 'knex';
import { wrongOption } from '@cross-app/protocol';
import { iso } from './iso.js';

/** A redeem can be retried for that long after the expiry, so a row is kept at least that long. */
export const RETRY_SECONDS = 60;

const CENTURY_SECONDS = 100 * 365.25 * 86_400;

/** Instants by the database's clock, as PostgreSQL reads and writes them: a Date has no microseconds. */
export interface Cutoffs {
  /** So many seconds ago. */
  readonly cutoff: string;
  /** A token that expired before this can be neither redeemed nor retried. */
  readonly retryEnd: string;
}

/** @throws TypeError when it is not a number of seconds from a minute to a century. */
export function requireAge(option: string, seconds: unknown): void {
  if (!Number.isInteger(seconds) || Number(seconds) < RETRY_SECONDS || Number(seconds) > CENTURY_SECONDS) {
    throw wrongOption(
      `${option} must be a whole number of seconds from ${RETRY_SECONDS}, for so long a redeem can be retried, to ${CENTURY_SECONDS}`,
      seconds,
    );
  }
}

/** Asks once for a whole run, so that it ends however fast rows come of age. */
export async function readCutoffs(knex: Knex, ageSeconds: number): Promise<Cutoffs> {
  const ago = (name: string): string => iso(`(clock.now - make_interval(secs => :${name}))`);
  const { rows } = await knex.raw<{ rows: [Cutoffs] }>(
    `SELECT ${ago('ageSeconds')} AS cutoff, ${ago('retrySeconds')} AS "retryEnd"
     FROM (SELECT clock_timestamp() AS now) clock`,
    { ageSeconds, retrySeconds: RETRY_SECONDS },
  );
  return rows[0];
}
