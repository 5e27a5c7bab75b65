import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { startPostgres } from '@cross-app/test-database/server';
import { crossApp, openScratch } from './cross-app.js';
import type { Outcome } from './cross-app.js';

function expectSentence({ exitCode, out, error }: Outcome, code: 1 | 2, sentence: RegExp): void {
  expect(error).toMatch(sentence);
  expect(error).toMatch(/^error: [^\n]+\n$/);
  expect(error).not.toContain('hunter2');
  expect({ exitCode, out }).toEqual({ exitCode: code, out: '' });
}

describe('the database URL', () => {
  it.each([undefined, ''])('is missing when DATABASE_URL is %j', async (url) => {
    expectSentence(await crossApp(['migrate'], url), 2, /set DATABASE_URL or give --database-url/);
  });

  it.each([
    'tuvens',
    'mysql://me:hunter2@localhost/tuvens',
    'postgres://me:hunter2#x@localhost/tuvens',
    'postgres://me:hunter2@localhost:port/tuvens',
  ])('%s must have the form of one', async (url) => {
    expectSentence(await crossApp(['seed'], url), 2, /must have the form postgres:/);
  });
});

describe('a database that', () => {
  it('is not there is named by host and port', async () => {
    const outcome = await crossApp(['rollback'], 'postgres://me:hunter2@127.0.0.1:1/tuvens');
    expectSentence(outcome, 1, /cannot connect to PostgreSQL at 127\.0\.0\.1:1: connect ECONNREFUSED/);
  });

  it('is on no address of its name is named likewise', async () => {
    const outcome = await crossApp(['rollback'], 'postgres://me:hunter2@localhost:1/tuvens');
    expectSentence(outcome, 1, /cannot connect to PostgreSQL at localhost:1: \S+/);
  });

  it('hangs up is named too', async () => {
    const server = createServer((socket) => socket.destroy());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const outcome = await crossApp(['migrate'], `postgres://me:hunter2@127.0.0.1:${port}/tuvens`);
    expectSentence(outcome, 1, /cannot connect to PostgreSQL at 127\.0\.0\.1:\d+: \S+/);
    server.close();
  });

  it('refuses the password says so', async () => {
    // A server of its own: the one that the tests were given may trust everybody.
    const server = await startPostgres();
    const url = new URL(server.url);
    url.password = 'hunter2';
    expectSentence(await crossApp(['migrate'], url.href), 1, /password authentication failed for user/);
    await server.stop();
  });

  it('does not exist on its server says so', async () => {
    const scratch = await openScratch();
    const url = new URL(scratch.url);
    url.pathname = '/no_such_database';
    expectSentence(await crossApp(['migrate'], url.href), 1, /database "no_such_database" does not exist/);
    await scratch.close();
  });
});
