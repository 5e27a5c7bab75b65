import { APPS, ARCHIVE, AUDIT, openScratch, REVOCATIONS, ROOM, SESSIONS, USERS } from '../cross-app.js';
import type { Scratch } from '../cross-app.js';
import { runAndKill } from '../kill.js';

let scratch: Scratch;
beforeEach(async () => {
  scratch = await openScratch();
});
afterEach(async () => {
  await scratch.close();
});

// From the first statement to past the last one, on a machine that may be busy.
const DELAYS_MS = [0, 10, 40, 80, 160];

// Each of them takes five commands.
jest.setTimeout(120_000);

describe.each(['plain', 'partitioned'])('a %s layout', (layout) => {
  it('is made whole or not at all, whenever migrate is killed, and rolled back likewise', async () => {
    const migrate = ['migrate', '--with-user-tables', '--layout', layout];
    const runs = [];
    for (const delayMs of DELAYS_MS) {
      runs.push(await runAndKill(scratch, migrate, delayMs));
      const made = await scratch.tables();
      expect([[], await tablesAfter(migrate)]).toContainEqual(made);
      runs.push(await runAndKill(scratch, ['rollback', '--all'], delayMs));
      expect([[], await tablesAfter(migrate)]).toContainEqual(made);
      await scratch.crossApp('rollback', '--all');
    }
    expect(runs.filter(({ wasKilled }) => wasKilled).length).toBeGreaterThanOrEqual(4);
    expect((await scratch.crossApp(...migrate)).out).toBe(
      [USERS, SESSIONS, ARCHIVE, AUDIT, APPS, REVOCATIONS, ROOM].map((name) => `applied ${name}\n`).join(''),
    );
  });
});

/** The tables there are once the command has run to its end, from whatever is there now. */
async function tablesAfter(command: readonly string[]): Promise<string[]> {
  const { exitCode } = await scratch.crossApp(...command);
  expect(exitCode).toBe(0);
  return scratch.tables();
}
