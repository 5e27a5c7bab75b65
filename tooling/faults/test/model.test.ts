import { createCrossAppSessions, migrate } from '@cross-app/core';
import { createTestDatabase } from '@cross-app/test-database';
import type { TestDatabase } from '@cross-app/test-database';
import fc from 'fast-check';
import knexFactory from 'knex';
import type { Knex } from 'knex';
import { commands } from './model/commands.js';
import type { Model } from './model/commands.js';
import type { Real } from './model/real.js';

// Whatever is done in whatever order, the store says what a model of a page says. A failure prints the shortest row of
// commands that shows it, with the seed and path that repeat it.

let database: TestDatabase;
let knex: Knex;
beforeAll(async () => {
  database = await createTestDatabase();
  knex = knexFactory({ client: 'pg', connection: database.url });
  await migrate(knex, { withUserTables: true });
  await knex('users').insert([1, 2].map((id) => ({ id, email: `user${id}@example.com` })));
});
afterAll(async () => {
  await knex.destroy();
  await database.close();
});

describe.each([
  { name: 'in batches', batch: {} },
  { name: 'with a statement for each call', batch: false as const },
])('$name', ({ batch }) => {
  const start = (): { model: Model; real: Real } => ({
    model: [],
    real: { sessions: createCrossAppSessions({ knex, appId: 'tuvens', batch }), knex, tokens: [] },
  });
  const asTheModelSays = (waits: boolean): fc.IAsyncProperty<[Iterable<fc.AsyncCommand<Model, Real>>]> =>
    fc.asyncProperty(commands({ waits }), (some) => fc.asyncModelRun(start, some));

  it(
    'tokens do what the model says',
    () => fc.assert(asTheModelSays(false), { numRuns: 40, seed: 8 }),
    120_000,
  );

  it('also as time goes by', () => fc.assert(asTheModelSays(true), { numRuns: 5, seed: 9 }), 120_000);
});
