import type { Knex } from 'knex';
import { PARTITION_BOUNDS } from '../../partitions.js';
import type { MaintainedTables } from '../tables.js';

/** A partition whose whole range is past. */
export interface OldPartition {
  /** Quoted where it has to be, with its schema. */
  readonly name: string;
  readonly fate: 'archive' | 'drop';
  readonly rows: number;
}

/** How long the end of a partition has to be past. */
export interface Ages {
  readonly archiveOlderThanSeconds: number | undefined;
  readonly dropOlderThanSeconds: number | undefined;
}

/** Oldest first. Nothing that a token of could still be redeemed or retried, and never the default partition. */
export async function findOldPartitions(
  knex: Knex,
  { sessions }: MaintainedTables,
  { archiveOlderThanSeconds, dropOlderThanSeconds }: Ages,
): Promise<OldPartition[]> {
  const { rows } = await knex.raw<{ rows: { name: string; fate: OldPartition['fate'] }[] }>(
    `SELECT name, fate FROM (
       SELECT format('%I.%I', schema, name) AS name, upper,
              CASE WHEN upper <= now() - make_interval(secs => ?) THEN 'drop'
                   WHEN upper <= now() - make_interval(secs => ?) THEN 'archive' END AS fate
       FROM (${PARTITION_BOUNDS}) bounds
     ) judged WHERE fate IS NOT NULL ORDER BY upper`,
    [dropOlderThanSeconds ?? null, archiveOlderThanSeconds ?? null, sessions],
  );
  return Promise.all(rows.map(async (row) => ({ ...row, rows: await countRows(knex, row.name) })));
}

async function countRows(knex: Knex, name: string): Promise<number> {
  const { rows } = await knex.raw<{ rows: [{ rows: string }] }>(`SELECT count(*) AS rows FROM ${name}`);
  return Number(rows[0].rows);
}
