import {
  APPS,
  ARCHIVE,
  AUDIT,
  openEmptyDatabase,
  projectDir,
  REVOCATIONS,
  ROOM,
  run,
  SESSIONS,
  USERS,
} from './project.js';

describe.each(['commonjs-express5', 'esm-express5'] as const)('in a %s project', (project) => {
  it('a database goes from the directories to the source and back', async () => {
    const database = await openEmptyDatabase();
    const { exitCode, out, error } = await run(
      { cwd: projectDir(project), url: database.url },
      'node',
      'change-over.js',
    );
    expect({ exitCode, error }).toEqual({ exitCode: 0, error: '' });
    expect(JSON.parse(out)).toEqual([
      [USERS, SESSIONS, ARCHIVE, AUDIT, APPS, REVOCATIONS, ROOM], // latest by directory
      [], // latest by source
      [ROOM, REVOCATIONS, APPS, AUDIT, ARCHIVE, SESSIONS, USERS], // rollback by source
      [USERS, SESSIONS, ARCHIVE, AUDIT, APPS, REVOCATIONS, ROOM], // latest by source
      [], // latest by directory
      [ROOM, REVOCATIONS, APPS, AUDIT, ARCHIVE, SESSIONS, USERS], // rollback by directory
    ]);
    expect(await database.tables()).toEqual([]);
  });
});
