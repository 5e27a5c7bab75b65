import type { Scratch } from '../cross-app.js';
import { LAYOUTS, openMigrated, runDoctor } from './run-doctor.js';

describe.each(LAYOUTS)('a role and a %s table', (layout) => {
  let scratch: Scratch;
  let role: string;
  beforeEach(async () => {
    scratch = await openMigrated(layout);
    role = `doctor_${process.pid}_${Math.random().toString(36).slice(2)}`;
    await scratch.knex.raw(`CREATE ROLE ${role} LOGIN PASSWORD 'doctor'`);
  });
  afterEach(async () => {
    await scratch.knex.raw(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
    await scratch.close();
  });

  const grant = async (...grants: readonly string[]): Promise<void> => {
    for (const each of grants) await scratch.knex.raw(`GRANT ${each} TO ${role}`);
  };
  const RECORDS = ['SELECT ON cross_app_settings, cross_app_migrations'];
  const WRITE = ['SELECT, INSERT, UPDATE ON cross_app_sessions', 'SELECT, INSERT ON cross_app_revocations'];
  const VERBS = [...RECORDS, ...WRITE, 'SELECT ON users, accounts'];
  const MAINTENANCE = ['DELETE ON cross_app_sessions', 'SELECT, INSERT ON cross_app_sessions_archive'];

  const examine = () => {
    const url = new URL(scratch.url);
    url.username = role;
    url.password = 'doctor';
    return runDoctor(url.href);
  };

  it('that may do everything are ok', async () => {
    await grant(...VERBS, ...MAINTENANCE);
    expect((await examine()).find('privileges')).toMatchObject({ status: 'ok' });
  });

  it('that may do what the verbs do are a warning', async () => {
    await grant(...VERBS);
    expect((await examine()).find('privileges')).toMatchObject({
      status: 'warn',
      message: expect.stringMatching(
        /may not DELETE on public\.cross_app_sessions,.*: that is for cleanup and archive/,
      ),
      advice: expect.stringMatching(/GRANT DELETE ON "public"\."cross_app_sessions" TO/),
    });
  });

  it.each([
    ['INSERT', 'REVOKE INSERT ON cross_app_sessions', /INSERT on public\.cross_app_sessions/],
    ['UPDATE', 'REVOKE UPDATE ON cross_app_sessions', /UPDATE on public\.cross_app_sessions/],
    ['revocations', 'REVOKE INSERT ON cross_app_revocations', /INSERT on public\.cross_app_revocations/],
    ['users', 'REVOKE SELECT ON users', /SELECT on public\.users/],
    ['accounts', 'REVOKE SELECT ON accounts', /SELECT on public\.accounts/],
  ])('are a failure without %s, which the advice puts right', async (_what, revoke, message) => {
    await grant(...VERBS, ...MAINTENANCE);
    await scratch.knex.raw(`${revoke} FROM ${role}`);
    const found = (await examine()).find('privileges');
    expect(found).toMatchObject({ status: 'fail', message: expect.stringMatching(message) });
    await scratch.knex.raw((found?.advice ?? '').replace('As the owner: ', ''));
    expect((await examine()).find('privileges')).toMatchObject({ status: 'ok' });
  });

  it('that may read some columns of users only are ok', async () => {
    await grant(...RECORDS, ...MAINTENANCE, ...WRITE);
    await grant('SELECT ON accounts', 'SELECT (id, email, name) ON users');
    expect((await examine()).find('privileges')).toMatchObject({ status: 'ok' });
  });

  it('that may not read the records still leave the rest of the findings, and the advice puts it right', async () => {
    await grant('SELECT, INSERT, UPDATE ON cross_app_sessions');
    const { find } = await examine();
    const found = find('migrations');
    expect(found).toMatchObject({
      status: 'warn',
      message: expect.stringMatching(/^this role may not read cross_app_migrations and cross_app_settings,/),
    });
    expect(find('tables')).toBeUndefined();
    expect(find('pooler')).toMatchObject({ status: 'ok' });
    await scratch.knex.raw((found?.advice ?? '').replace(/^.*as the owner: /, ''));
    expect((await examine()).find('migrations')).toMatchObject({ status: 'ok' });
  });
});
