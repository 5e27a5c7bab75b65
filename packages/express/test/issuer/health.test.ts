import request from 'supertest';
import { createSourceApp, HEALTH, issuerOptions } from '../issuer-app.js';
import { openTestStore } from '../store.js';
import type { TestStore } from '../store.js';

let store: TestStore;
beforeAll(async () => {
  store = await openTestStore();
});
afterAll(() => store.close());

const ask = (hooks: object = {}) =>
  request(createSourceApp(issuerOptions(store.sessions, hooks))).get(HEALTH);

describe('health', () => {
  it('answers anyone that the process is there, without a query', async () => {
    const queries = await store.countQueries(async () => {
      const { body, headers } = await ask().expect(200);
      expect(body).toEqual({ status: 'ok' });
      expect(headers).toMatchObject({ 'cache-control': 'no-store' });
    });
    expect(queries).toBe(0);
  });

  it('waits for checkHealth, whose answer it keeps to itself', async () => {
    const checkHealth = async (): Promise<unknown> => store.knex.raw('SELECT version()');
    const { body } = await ask({ checkHealth }).expect(200);
    expect(body).toEqual({ status: 'ok' });
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('db.internal:5432');
      },
    ],
    ['rejects', () => Promise.reject(new Error('db.internal:5432'))],
  ])('answers 503 when checkHealth %s, and does not say why', async (_, checkHealth) => {
    const { body, text, headers } = await ask({ checkHealth }).expect(503);
    expect(body).toMatchObject({ statusCode: 503, path: HEALTH, origin: { code: 'store_unavailable' } });
    expect(headers).toMatchObject({ 'cache-control': 'no-store', 'retry-after': '1' });
    expect(text).not.toContain('db.internal');
  });
});
