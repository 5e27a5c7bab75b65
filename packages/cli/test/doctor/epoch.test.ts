import { createCrossAppSessions } from '@cross-app/core';
import type { Scratch } from '../cross-app.js';
import { LAYOUTS, openMigrated, runDoctor } from './run-doctor.js';

const target = { targetApp: 'hi-events' };

describe.each(LAYOUTS)('on a %s table', (layout) => {
  let scratch: Scratch;
  let role: string;
  let url: URL;
  beforeEach(async () => {
    scratch = await openMigrated(layout);
    await scratch.knex('users').insert({ id: 1, email: 'ada@example.com' });
    role = `doctor_${process.pid}_${Math.random().toString(36).slice(2)}`;
    await scratch.knex.raw(
      `CREATE ROLE ${role} LOGIN PASSWORD 'doctor'; GRANT ALL ON ALL TABLES IN SCHEMA public TO ${role}`,
    );
    url = new URL(scratch.url);
    [url.username, url.password] = [role, 'doctor'];
  });
  afterEach(async () => {
    await scratch.knex.raw(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
    await scratch.close();
  });

  const find = async (name: string) => (await runDoctor(url.href)).find(name);

  it('a server that tells its timeline is ok, and without tokens there is nothing to tell by', async () => {
    expect(await find('epoch')).toMatchObject({
      status: 'ok',
      message: expect.stringMatching(/timeline, which is 1 now$/),
    });
    expect(await find('token-epochs')).toMatchObject({
      status: 'ok',
      message: expect.stringMatching(/^no /),
    });
  });

  it('one that does not tell it to this role is a warning, with what then', async () => {
    await scratch.knex.raw('REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC');
    expect(await find('epoch')).toMatchObject({
      status: 'warn',
      message: expect.stringMatching(/does not tell this role its timeline/),
      advice: expect.stringMatching(/^GRANT EXECUTE ON FUNCTION pg_control_system\(\).* cross-app new-epoch/),
    });
    expect(await find('token-epochs')).toBeUndefined();
    await scratch.knex.raw(`GRANT EXECUTE ON FUNCTION pg_control_system() TO ${role}`);
    expect(await find('epoch')).toMatchObject({ status: 'ok' });
  });

  it('Citus is a warning', async () => {
    await scratch.knex.transaction((trx) =>
      trx.raw(
        `SET LOCAL allow_system_table_mods = on;
         INSERT INTO pg_extension (oid, extname, extowner, extnamespace, extrelocatable, extversion)
         SELECT 1, 'citus', relowner, relnamespace, false, '13' FROM pg_class WHERE relname = 'cross_app_sessions'`,
      ),
    );
    expect(await find('epoch')).toMatchObject({
      status: 'warn',
      message: expect.stringMatching(/^on Citus/),
    });
  });

  it('tokens without an epoch are a warning that names the app, and those that are over are none', async () => {
    const careful = createCrossAppSessions({ knex: scratch.knex, appId: 'tuvens' });
    const careless = createCrossAppSessions({ knex: scratch.knex, appId: 'old-shop', epoch: 'none' });
    await careful.issue({ userId: 1, ...target });
    const { token } = await careless.issue({ userId: 1, ...target });
    expect(await find('token-epochs')).toMatchObject({
      status: 'warn',
      message: expect.stringMatching(/^of 2 outstanding tokens 1 have no epoch, from old-shop:/),
    });
    await careless.redeem(token, target);
    expect(await find('token-epochs')).toMatchObject({
      status: 'ok',
      message: 'each of the outstanding tokens that were looked at (1) has an epoch',
    });
  });
});
