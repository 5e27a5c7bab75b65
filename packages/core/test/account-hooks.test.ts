import { createAccountHooks } from '../src/index.js';
import type { AccountHooks, AccountHooksOptions } from '../src/index.js';
import { openKnex, openTestStore } from './database.js';
import type { TestStore } from './database.js';

let store: TestStore;
let hooks: AccountHooks;
const ada = { id: 11 };
const nobodys = { id: 12 };
beforeAll(async () => {
  store = await openTestStore();
  hooks = createAccountHooks({ knex: store.knex, permissions: ['events:create'] });
});
afterAll(() => store.close());

describe('canUseAccount', () => {
  it('lets members use their account, and nobody another one', async () => {
    expect(await hooks.canUseAccount(ada, '77')).toBe(true);
    expect(await hooks.canUseAccount({ id: '11' }, '77')).toBe(true);
    expect(await hooks.canUseAccount({ id: 11n }, '77')).toBe(true);
    expect(await hooks.canUseAccount(ada, '78')).toBe(false);
    expect(await hooks.canUseAccount(nobodys, '77')).toBe(false);
  });

  it.each(['', 'ada', '0x4d', ' 77', '077', '7_7', '77\0', '\ud800', '99999999999', '9'.repeat(300)])(
    'knows no account, user or member by the id %j',
    async (id) => {
      expect(await hooks.canUseAccount(ada, id)).toBe(false);
      expect(await hooks.canUseAccount({ id }, '77')).toBe(false);
      expect(await hooks.listAccounts({ id })).toEqual([]);
    },
  );

  it.each([' 11', '0xb', '1_1'])('knows no user by another spelling of the id: %j', async (id) => {
    expect(await hooks.canUseAccount({ id }, '77')).toBe(false);
    expect(await hooks.listAccounts({ id })).toEqual([]);
  });

  it('knows nobody any more who was deleted', async () => {
    await store.knex('users').insert({ id: 13, email: 'gone@example.com' });
    await store.knex('account_members').insert({ account_id: 77, user_id: 13 });
    expect(await hooks.canUseAccount({ id: 13 }, '77')).toBe(true);
    await store.knex('users').where({ id: 13 }).delete();
    expect(await hooks.canUseAccount({ id: 13 }, '77')).toBe(false);
    expect(await hooks.listAccounts({ id: 13 })).toEqual([]);
  });

  it.each([-11, 1.5, Number.NaN, null, undefined, {}] as number[])(
    'knows no user by %p, which is no id',
    async (id) => {
      expect(await hooks.canUseAccount({ id }, '77')).toBe(false);
    },
  );
});

it('lists the accounts of a user by name, then by id', async () => {
  await store.knex('accounts').insert([
    { id: 8, name: 'Zoo', slug: 'zoo' },
    { id: 100, name: 'Acme', slug: 'acme-2' },
    { id: 9, name: 'Acme', slug: 'acme-3' },
  ]);
  const joined = [8, 100, 9].map((id) => ({ account_id: id, user_id: 11 }));
  await store.knex('account_members').insert(joined);
  expect(await hooks.listAccounts(ada)).toEqual([
    { id: '9', name: 'Acme', slug: 'acme-3' },
    { id: '77', name: 'Acme', slug: 'acme' },
    { id: '100', name: 'Acme', slug: 'acme-2' },
    { id: '8', name: 'Zoo', slug: 'zoo' },
  ]);
  expect(await hooks.listAccounts(nobodys)).toEqual([]);
});

describe('hasPermission', () => {
  const question = { user: ada, account: { id: '77' }, permission: 'events:create', resourceId: null };

  it('permits what the option lists, in the account of the token, to its members', async () => {
    expect(await hooks.hasPermission(question)).toBe(true);
    expect(await hooks.hasPermission({ ...question, resourceId: '4711' })).toBe(true);
    expect(await hooks.hasPermission({ ...question, permission: 'events:delete' })).toBe(false);
    expect(await hooks.hasPermission({ ...question, account: null })).toBe(false);
    expect(await hooks.hasPermission({ ...question, account: { id: '78' } })).toBe(false);
    expect(await hooks.hasPermission({ ...question, user: nobodys })).toBe(false);
  });

  it('permits nothing by default', async () => {
    const withoutOption = createAccountHooks({ knex: store.knex });
    expect(await withoutOption.hasPermission(question)).toBe(false);
  });

  it('permits nothing any more to who has left the account', async () => {
    await store.knex('account_members').insert({ account_id: 77, user_id: 12 });
    expect(await hooks.hasPermission({ ...question, user: nobodys })).toBe(true);
    await store.knex('account_members').where({ account_id: 77, user_id: 12 }).delete();
    expect(await hooks.hasPermission({ ...question, user: nobodys })).toBe(false);
  });
});

it('works with tables of other names, with ids in text, leftovers and duplicates', async () => {
  await store.knex.raw(`
    CREATE SCHEMA crm;
    CREATE TABLE crm.orgs (key text, title text, path text);
    CREATE TABLE crm.seats (org text, person uuid);
    INSERT INTO crm.orgs VALUES ('Acme', 'A', NULL);
    INSERT INTO crm.seats SELECT org, 'c0ffee00-0000-4000-8000-000000000001'
    FROM unnest(ARRAY['Acme', 'Acme', 'gone']) org`);
  const theirs = createAccountHooks({
    knex: store.knex,
    tables: { accounts: 'crm.orgs', members: 'crm.seats' },
    columns: {
      accounts: { id: 'key', name: 'title', slug: 'path' },
      members: { accountId: 'org', userId: 'person' },
    },
  });
  const person = { id: 'C0FFEE00-0000-4000-8000-000000000001' };
  expect(await theirs.listAccounts(person)).toEqual([{ id: 'Acme', name: 'A', slug: null }]);
  expect(await theirs.canUseAccount(person, 'Acme')).toBe(true);
  expect(await theirs.canUseAccount(person, 'acme')).toBe(false);
  expect(await theirs.canUseAccount(person, 'gone')).toBe(false);
  expect(await theirs.listAccounts(ada)).toEqual([]);
  for (const id of [person.id.replaceAll('-', ''), `{${person.id}}`, "Acme' OR true --"]) {
    expect(await theirs.listAccounts({ id })).toEqual([]);
    expect(await theirs.canUseAccount(person, id)).toBe(false);
  }
});

it('works with bigint ids beyond what a number holds', async () => {
  const [account, neighbour] = ['9007199254740993', '9007199254740992'];
  await store.knex.raw(`
    CREATE SCHEMA big;
    CREATE TABLE big.accounts AS SELECT ${account}::bigint AS id, 'Far' AS name, 'far' AS slug;
    CREATE TABLE big.members AS SELECT ${account}::bigint AS account_id, 11::bigint AS user_id`);
  const big = createAccountHooks({
    knex: store.knex,
    tables: { accounts: 'big.accounts', members: 'big.members' },
    permissions: ['events:create'],
  });
  expect(await big.listAccounts(ada)).toEqual([{ id: account, name: 'Far', slug: 'far' }]);
  expect(await big.canUseAccount(ada, account)).toBe(true);
  expect(await big.canUseAccount(ada, neighbour)).toBe(false);
  const question = { user: ada, permission: 'events:create' };
  expect(await big.hasPermission({ ...question, account: { id: BigInt(account) } })).toBe(true);
  // Rounded already when it was a number: it may be another account's.
  expect(await big.hasPermission({ ...question, account: { id: Number(account) } })).toBe(false);
});

it('fails closed when the database gives no answer, or has no such table', async () => {
  const cut = createAccountHooks({
    knex: openKnex('postgres://127.0.0.1:1/nothing'),
    permissions: ['events:create'],
  });
  const unavailable = { code: 'store_unavailable' };
  await expect(cut.canUseAccount(ada, '77')).rejects.toMatchObject(unavailable);
  await expect(cut.listAccounts(ada)).rejects.toMatchObject(unavailable);
  const lost = createAccountHooks({ knex: store.knex, tables: { members: 'seats' } });
  await expect(lost.canUseAccount(ada, '77')).rejects.toMatchObject(unavailable);
});

it('fails closed when the answer does not come in time', async () => {
  const patient = await store.knex.transaction();
  try {
    await patient.raw('LOCK TABLE account_members');
    const hasty = createAccountHooks({ knex: store.knex, permissions: ['events:create'], timeoutMs: 200 });
    const question = { user: ada, account: { id: '77' }, permission: 'events:create' };
    const unavailable = { code: 'store_unavailable' };
    await expect(hasty.canUseAccount(ada, '77')).rejects.toMatchObject(unavailable);
    await expect(hasty.listAccounts(ada)).rejects.toMatchObject(unavailable);
    await expect(hasty.hasPermission(question)).rejects.toMatchObject(unavailable);
  } finally {
    await patient.rollback();
  }
});

it('refuses a transaction, in which it would see what may never be', async () => {
  const trx = await store.knex.transaction();
  expect(() => createAccountHooks({ knex: trx })).toThrow('knex must not be a transaction');
  await trx.rollback();
});

it.each<[string, object | undefined, string]>([
  ['no options', undefined, 'createAccountHooks takes an options object'],
  ['no knex', { knex: undefined }, "knex({ client: 'pg'"],
  ['an unknown option', { permission: [] }, 'it takes knex, tables, columns, permissions, timeoutMs'],
  ['no time', { timeoutMs: 0 }, 'timeoutMs must be a whole number from 1 to 60000'],
  ['an unknown table', { tables: { users: 'users' } }, 'it takes accounts, members'],
  ['a table that is no name', { tables: { accounts: 'a; DROP' } }, 'tables.accounts must be a name'],
  ['a column group that is unknown', { columns: { users: {} } }, 'it takes accounts, members'],
  ['an unknown column', { columns: { members: { account_id: 'x' } } }, 'it takes accountId, userId'],
  ['a column of an account', { columns: { accounts: { email: 'x' } } }, 'it takes id, name, slug'],
  ['a column that is no name', { columns: { accounts: { slug: '"' } } }, 'columns.accounts.slug must be'],
  ['permissions in one text', { permissions: 'events:create' }, 'permissions must be a list of names'],
  ['a permission that is none', { permissions: [''] }, 'permissions must be a list of names'],
])('refuses %s and says what to write', (_what, given, message) => {
  const options = given && { knex: store.knex, ...given };
  const create = (): AccountHooks => createAccountHooks(options as AccountHooksOptions);
  expect(create).toThrow(TypeError);
  expect(create).toThrow(message);
});
