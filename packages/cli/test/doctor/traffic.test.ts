import type { Scratch } from '../cross-app.js';
import { LAYOUTS, openMigrated, runDoctor } from './run-doctor.js';

interface Handoff {
  readonly user: number;
  readonly ip: string | null;
  readonly daysAgo?: number;
  readonly targetApp?: string;
}

describe.each(LAYOUTS)('on a %s table', (layout) => {
  let scratch: Scratch;
  beforeAll(async () => {
    scratch = await openMigrated(layout);
    const users = Array.from({ length: 40 }, (_, id) => ({ id, email: `${id}@example.com` }));
    await scratch.knex('users').insert(users);
  });
  afterEach(() => scratch.knex('cross_app_sessions').delete());
  afterAll(() => scratch.close());

  async function insert(handoffs: readonly Handoff[]): Promise<void> {
    for (const { user, ip, daysAgo = 0, targetApp = 'hi-events' } of handoffs) {
      await scratch.knex.raw(
        `INSERT INTO cross_app_sessions (token_hash, user_id, expires_at, created_at, target_app, ip_address)
         SELECT encode(sha256(gen_random_uuid()::text::bytea), 'hex'), ?, at + interval '15 minutes', at, ?, ?
         FROM (SELECT now() - ? * interval '1 day' AS at) made`,
        [user, targetApp, ip, daysAgo],
      );
    }
  }

  const people = (count: number, ip: (user: number) => string | null): Handoff[] =>
    Array.from({ length: count }, (_, user) => ({ user, ip: ip(user) }));

  const checkProxy = async () => (await runDoctor(scratch.url)).find('trust-proxy');

  it.each(['10.0.0.7', '127.0.0.1', '203.0.113.9', '::1', 'fd00::7'])(
    'five people from one address, %s, are a warning',
    async (ip) => {
      await insert(people(5, () => ip));
      expect(await checkProxy()).toMatchObject({
        status: 'warn',
        message: expect.stringMatching(
          `^the 5 latest handoffs of 5 people all come from one address, ${ip}:`,
        ),
        advice: expect.stringMatching(/'trust proxy'/),
      });
    },
  );

  it('many people from a few internal addresses are a warning', async () => {
    await insert(people(30, (user) => `10.0.${user % 3}.7`));
    expect(await checkProxy()).toMatchObject({
      status: 'warn',
      message: expect.stringMatching(/30 people all come from 3 internal addresses/),
    });
  });

  it.each([
    ['four people from one address', people(4, () => '10.0.0.7')],
    ['people with public addresses', people(30, (user) => `203.0.113.${user % 3}`)],
    ['one of them with a public address', people(30, (user) => (user === 4 ? '203.0.113.1' : '10.0.0.7'))],
    ['people of an internal network, with an address each', people(30, (user) => `10.0.0.${user}`)],
    ['people without addresses', people(30, () => null)],
    ['nobody', []],
    ['people of a month ago', people(30, () => '10.0.0.7').map((handoff) => ({ ...handoff, daysAgo: 30 }))],
  ])('%s are ok', async (_what, handoffs) => {
    await insert(handoffs);
    expect(await checkProxy()).toMatchObject({ status: 'ok' });
  });

  const checkApp = async (appId: string) =>
    (await runDoctor(scratch.url, { args: ['--app-id', appId] })).find('app-id');

  it('an app that recent handoffs name is ok, as source and as target', async () => {
    await insert(people(2, () => null));
    expect(await checkApp('hi-events')).toMatchObject({ status: 'ok' });
    expect(await checkApp('tuvens')).toMatchObject({ status: 'ok' });
  });

  it('an app that none names is a warning, with the spelling that may be meant', async () => {
    await insert([{ user: 1, ip: null, targetApp: 'Hi_Events' }]);
    expect(await checkApp('hi-events')).toMatchObject({
      status: 'warn',
      message: 'no recent handoff is from or for hi-events; they name Hi_Events, tuvens',
      advice: expect.stringMatching(/^Write Hi_Events or hi-events in both apps/),
    });
    expect(await checkApp('other')).toMatchObject({
      status: 'warn',
      advice: expect.stringMatching(/^Give both/),
    });
  });

  it('without recent handoffs, or without --app-id, there is nothing to say', async () => {
    expect(await checkApp('other')).toMatchObject({ status: 'ok' });
    expect((await runDoctor(scratch.url)).find('app-id')).toBeUndefined();
  });
});
