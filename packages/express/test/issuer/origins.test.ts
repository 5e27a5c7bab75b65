import request from 'supertest';
import type { CrossAppHandler } from '../../src/index.js';
import { createSourceApp, GENERATE, HEALTH, issuerOptions, VALIDATE } from '../issuer-app.js';
import { recordErrors } from '../record-errors.js';
import { openTestStore } from '../store.js';
import type { TestStore } from '../store.js';

// What is asked here is when the handler for origins runs: what it lets pass is in cors.test.ts.
const mockGiven: unknown[] = [];
let mockHandler: CrossAppHandler;
jest.mock('../../src/issuer/cors.js', () => ({
  ...jest.requireActual<object>('../../src/issuer/cors.js'),
  allowOrigins: (origins: unknown): CrossAppHandler => {
    mockGiven.push(origins);
    return (req, res, next) => {
      mockHandler(req, res, next);
    };
  },
}));

let store: TestStore;
beforeAll(async () => {
  store = await openTestStore();
});
beforeEach(() => {
  mockGiven.length = 0;
  mockHandler = (req, res, next) => {
    res.setHeader('Vary', 'Origin');
    if (req.method === 'OPTIONS') res.writeHead(204).end();
    else next();
  };
});
afterAll(() => store.close());

const origins = ['https://app.tuvens.com'];
const createApp = () => createSourceApp(issuerOptions(store.sessions, { origins }));

describe('the handler for origins', () => {
  it('is made once, of the option', async () => {
    const app = createApp();
    await request(app).get(HEALTH).expect(200);
    await request(app).get(HEALTH).expect(200);
    expect(mockGiven).toEqual([origins]);
  });

  it('answers OPTIONS of the issuer before the method is asked for', async () => {
    const { headers } = await request(createApp()).options(GENERATE).expect(204);
    expect(headers).not.toHaveProperty('allow');
  });

  it('leaves its headers on every reply, refusals among them', async () => {
    for (const call of [
      request(createApp()).get(HEALTH).expect(200),
      request(createApp()).post(VALIDATE).expect(401),
      request(createApp()).put(VALIDATE).expect(405),
    ]) {
      expect((await call).headers).toMatchObject({ vary: 'Origin' });
    }
  });

  it('is not asked about paths of the host', async () => {
    const { headers } = await request(createApp()).options('/api/cross-app/unknown');
    expect(headers).not.toHaveProperty('vary');
  });

  it('hands what it throws over to the host', async () => {
    mockHandler = (_req, _res, next) => {
      next(new Error('no'));
    };
    const app = createApp();
    const errors = recordErrors(app);
    await request(app).get(HEALTH).expect(500);
    expect(errors).toMatchObject([{ message: 'no' }]);
  });
});
