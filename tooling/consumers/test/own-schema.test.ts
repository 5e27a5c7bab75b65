import { join } from 'node:path';
import { openEmptyDatabase, projectDir, run } from './project.js';
import type { Outcome } from './project.js';

const cwd = join(projectDir('commonjs-express5'), 'own-schema');

describe('an app whose people have uuids, in a schema of its own', () => {
  it('migrates, hands over once, and takes everything back by its own knexfile', async () => {
    const database = await openEmptyDatabase();
    const knex = (...args: string[]): Promise<Outcome> => run({ cwd, url: database.url }, 'knex', ...args);
    const tablesBySchema = (): Promise<unknown> =>
      database.query(
        `SELECT schemaname, array_agg(tablename::text ORDER BY tablename) AS tables FROM pg_tables
         WHERE schemaname NOT IN ('pg_catalog', 'information_schema') AND tablename NOT LIKE 'knex%'
         GROUP BY schemaname`,
      );

    expect(await knex('migrate:latest')).toMatchObject({ exitCode: 0, error: '' });
    expect(await tablesBySchema()).toEqual([
      {
        schemaname: 'box_office',
        tables: [
          'cross_app_app_secrets',
          'cross_app_apps',
          'cross_app_audit',
          'cross_app_revocations',
          'cross_app_sessions',
          'cross_app_sessions_archive',
          'cross_app_settings',
          'people',
        ],
      },
    ]);

    const { exitCode, out, error } = await run({ cwd, url: database.url }, 'node', 'handoff.js');
    expect({ exitCode, error }).toEqual({ exitCode: 0, error: '' });
    expect(JSON.parse(out)).toEqual({
      isAda: true,
      name: 'Ada',
      email: 'ada@example.com',
      replay: 'token_used',
    });

    expect(await knex('migrate:rollback', '--all')).toMatchObject({ exitCode: 0, error: '' });
    expect(await tablesBySchema()).toEqual([]);
  });
});
