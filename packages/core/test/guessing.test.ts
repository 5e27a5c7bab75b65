import { randomBytes } from 'node:crypto';
import { createCrossAppSessions } from '../src/index.js';
import { openTestStore } from './database.js';
import type { TestStore } from './database.js';

const TRIES = 20_000;

let store: TestStore;
beforeAll(async () => {
  store = await openTestStore();
});
afterAll(() => store.close());

it('guessing costs no query: twenty thousand forged tokens', async () => {
  const acquire = jest.spyOn(store.knex.client as { acquireConnection(): unknown }, 'acquireConnection');
  const sessions = createCrossAppSessions({ knex: store.knex, appId: 'tuvens' });
  let refused = 0;
  Error.stackTraceLimit = 0; // so many stacks, which nobody reads, are most of the work
  for (let tries = 0; tries < TRIES; tries++) {
    const forged = `handoff_${randomBytes(42).toString('base64url')}`;
    await sessions.inspect(forged, { targetApp: 'hi-events' }).catch(() => refused++);
  }
  expect(refused).toBe(TRIES);
  // Four bytes of a token are a checksum, and one its version: one guess in 2^40 has both right.
  expect(acquire).not.toHaveBeenCalled();
});
