import { createCrossAppSessions } from '@cross-app/core';
import type { DatabaseSessions } from '@cross-app/core';
import { crossApp, openScratch } from './cross-app.js';
import type { Outcome, Scratch, Surroundings } from './cross-app.js';

/** A migrated database with Ada in it, who is a member of Acme. */
export interface Handoffs extends Scratch {
  readonly sessions: DatabaseSessions;
  /** Runs `cross-app …args` with this typed at the prompt, or piped in. */
  typing(typed: string, ...args: string[]): Promise<Outcome>;
  /** Runs `cross-app …args` in other surroundings. */
  within(surroundings: Surroundings, ...args: string[]): Promise<Outcome>;
  countRevoked(): Promise<number>;
}

export async function openHandoffs(layout: string): Promise<Handoffs> {
  const scratch = await openScratch();
  await scratch.crossApp('migrate', '--with-user-tables', '--layout', layout);
  await scratch.knex('users').insert([
    { email: 'ada@example.com', name: 'Ada' },
    { email: 'bob@example.com', name: null },
  ]);
  await scratch.knex('accounts').insert({ name: 'Acme', slug: 'acme' });
  return {
    ...scratch,
    sessions: createCrossAppSessions({ knex: scratch.knex, appId: 'tuvens' }),
    typing: (typed, ...args) => crossApp(args, scratch.url, { typed }),
    within: (surroundings, ...args) => crossApp(args, scratch.url, surroundings),
    async countRevoked() {
      const [row] = await scratch.knex('cross_app_sessions').whereNotNull('revoked_at').count('* as n');
      return Number(row?.['n']);
    },
  };
}
