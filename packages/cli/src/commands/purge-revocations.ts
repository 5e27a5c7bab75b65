import { purgeRevocations } from '@cross-app/core';
import type { Knex } from 'knex';
import { readRemovalOptions, tellRemoval } from '../removal.js';
import type { RemovalFlags, RemovalWords } from '../removal.js';
import type { Terminal } from '../terminal.js';

/** With `--purge-older-than`. */
export type PurgeFlags = RemovalFlags & { readonly purgeOlderThan: number };

const PURGE: RemovalWords = {
  job: 'purge of revocations',
  verb: ['delete', 'deleted'],
  noun: ['revocation', 'revocations'],
  to: '',
  reason: ['was recorded', 'were recorded'],
};

/** `cross-app revoke --purge-older-than`: what it did, in words or as JSON. */
export async function purge(
  knex: Knex,
  { purgeOlderThan, ...flags }: PurgeFlags,
  terminal: Terminal,
): Promise<string> {
  const options = { ...readRemovalOptions(flags), olderThanSeconds: purgeOlderThan };
  return await tellRemoval(terminal, { rows: 'revocations', words: PURGE, json: flags.json }, (hooks) =>
    purgeRevocations(knex, { ...options, ...hooks }),
  );
}
