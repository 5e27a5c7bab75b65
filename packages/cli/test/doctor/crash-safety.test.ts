import type { PostgresServer } from '@cross-app/test-database/server';
import { configure, execute, startDurable } from './own-server.js';
import { runDoctor } from './run-doctor.js';

let server: PostgresServer;
beforeAll(async () => {
  server = await startDurable();
}, 60_000);
afterAll(() => server.stop());

it.each([[['fsync']], [['full_page_writes']], [['fsync', 'full_page_writes']]])(
  '%j off for the whole server is a failure, which the advice puts right',
  async (names) => {
    for (const name of names) await configure(server.url, name, 'off');
    const found = (await runDoctor(server.url)).find('crash-safety');
    expect(found?.status).toBe('fail');
    for (const name of names)
      expect(found?.message).toContain(`${name} is off (from the server's configuration)`);
    const advised = (found?.advice ?? '').split(';').filter((statement) => statement.trim() !== '');
    await execute(server.url, ...advised);
    await untilRight('crash-safety');
  },
);

it('synchronous_commit off for the whole server is a warning, which the advice puts right for the role', async () => {
  await configure(server.url, 'synchronous_commit', 'off');
  const found = (await runDoctor(server.url)).find('synchronous-commit');
  expect(found).toMatchObject({ status: 'warn', message: expect.stringMatching(/server's configuration/) });
  await execute(server.url, (found?.advice ?? '').split(';')[0] ?? '');
  expect((await runDoctor(server.url)).find('synchronous-commit')).toMatchObject({ status: 'ok' });
});

// A reload takes a moment.
async function untilRight(name: string): Promise<void> {
  while ((await runDoctor(server.url)).find(name)?.status !== 'ok')
    await new Promise((r) => setTimeout(r, 20));
}
