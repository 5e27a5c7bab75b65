import type { IssuerUser } from '../../src/index.js';
import { createSourceApp, generate, issuerOptions, SECRET } from '../issuer-app.js';
import { ADA, openTestStore } from '../store.js';
import type { TestStore } from '../store.js';

let store: TestStore;
beforeAll(async () => {
  store = await openTestStore();
});
afterAll(() => store.close());

const createApp = (hooks: object) => createSourceApp(issuerOptions(store.sessions, hooks));
const withAccount = { account_id: '7' };

describe('authenticate', () => {
  it.each([
    ['a promise', () => Promise.resolve({ id: 1 })],
    ['a number', () => ({ id: 1 })],
    ['a bigint', () => ({ id: 1n })],
    ['a text', () => ({ id: '1' })],
  ])('may give the user as %s', async (_, authenticate) => {
    const { body } = await generate(createApp({ authenticate })).expect(200);
    expect(body).toHaveProperty('session_token');
  });

  it.each([
    ['null', () => null],
    ['undefined', () => undefined],
    ['a promise of null', () => Promise.resolve(null)],
  ])('says with %s that nobody is signed in', async (_, authenticate) => {
    const { body } = await generate(createApp({ authenticate })).expect(401);
    expect(body).toMatchObject({ origin: { code: 'user_unauthenticated' } });
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('jwt expired');
      },
    ],
    ['rejects', () => Promise.reject(new Error('no database'))],
    ['gives a user without an id', () => ({ email: ADA.email })],
    ['gives false', () => false],
    ['gives true', () => true],
  ])('signs nobody in when it %s', async (_, authenticate) => {
    const { body } = await generate(createApp({ authenticate })).expect(503);
    expect(body).toMatchObject({ origin: { code: 'store_unavailable' } });
  });

  it('keeps its this', async () => {
    class Host {
      readonly sessions = store.sessions;
      readonly apps = { 'hi-events': { secrets: [SECRET] } };
      readonly #user = { id: 1 };
      authenticate() {
        return this.#user;
      }
      canUseAccount(user: IssuerUser) {
        return user === this.#user;
      }
    }
    const { body } = await generate(createSourceApp(new Host()), withAccount).expect(200);
    expect(body).toMatchObject({ account_id: '7' });
  });
});

describe('canUseAccount', () => {
  it('gets the user that authenticate gave and the id as text', async () => {
    const user = { id: 1, roles: ['owner'] };
    const canUseAccount = jest.fn(() => true);
    await generate(createApp({ authenticate: () => user, canUseAccount }), { account_id: 7 }).expect(200);
    expect(canUseAccount).toHaveBeenCalledWith(user, '7');
  });

  it('is not asked when no account is named', async () => {
    const canUseAccount = jest.fn(() => false);
    await generate(createApp({ canUseAccount }), { account_id: null }).expect(200);
    expect(canUseAccount).not.toHaveBeenCalled();
  });

  it.each([[false], [undefined], [null], [1], ['true'], [{ allowed: true }], [Promise.resolve(1)]])(
    'says no with %p: only true is yes',
    async (answer) => {
      const { body } = await generate(createApp({ canUseAccount: () => answer }), withAccount).expect(403);
      expect(body).toMatchObject({ origin: { code: 'account_forbidden' } });
    },
  );

  it('says no when it throws', async () => {
    const canUseAccount = () => {
      throw new Error('no database');
    };
    const { body } = await generate(createApp({ canUseAccount }), withAccount).expect(503);
    expect(body).toMatchObject({ origin: { code: 'store_unavailable' } });
  });
});
