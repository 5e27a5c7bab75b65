import type { Express } from 'express';
import request from 'supertest';
import type { Response } from 'supertest';
import { ACME, openTestStore } from '../../store.js';
import type { TestStore } from '../../store.js';
import { asked, ASKED, AUTHORIZE, createAuthorizingApp, expectBack, visit } from './authorize-app.js';

interface Operation {
  readonly parameters: readonly { name: string; in: string; required: boolean }[];
  readonly responses: Readonly<Record<string, { content?: object }>>;
}

let store: TestStore;
let app: Express;
let operation: Operation;
beforeAll(async () => {
  store = await openTestStore();
  app = createAuthorizingApp(store.sessions, { limits: false });
  const { body } = await request(app).get('/api/cross-app/openapi.json').expect(200);
  const { paths } = body as { paths: Record<string, { get: Operation }> };
  const described = paths['/authorize']?.get;
  if (described === undefined) throw new TypeError('/authorize is not described');
  operation = described;
});
afterAll(() => store.close());

function expectDocumented(reply: Response): void {
  const { content } = operation.responses[reply.status] ?? {};
  expect(Object.keys(operation.responses)).toContain(`${reply.status}`);
  const hasPage = reply.text !== '';
  expect(reply.headers['content-type']).toBe(hasPage ? 'text/html; charset=utf-8' : undefined);
  expect(!hasPage || content !== undefined).toBe(true);
}

describe('what openapi.json says of /authorize', () => {
  it('holds for the parameters: those that are required are refused when they are missing', async () => {
    expect(operation.parameters.every((parameter) => parameter.in === 'query')).toBe(true);
    const required = operation.parameters.filter((parameter) => parameter.required);
    expect(required.map(({ name }) => name)).toEqual(Object.keys(ASKED));
    for (const { name } of required) {
      const reply = await visit(app, asked({ [name]: undefined }));
      expectDocumented(reply);
      const isRefused = reply.status === 400 || 'error' in expectBack(reply).result;
      expect([name, isRefused]).toEqual([name, true]);
    }
    const others = operation.parameters.filter((parameter) => !parameter.required);
    expect(others.map(({ name }) => name)).toEqual(['account_id']);
  });

  it('holds for each kind of reply', async () => {
    const choosing = createAuthorizingApp(store.sessions, { listAccounts: () => [ACME, { ...ACME, id: 8 }] });
    const registry = { load: () => Promise.reject(new TypeError('gone')) };
    const broken = createAuthorizingApp(store.sessions, {
      apps: registry,
      appId: 'tuvens',
      onRegistryError: () => undefined,
    });
    const replies = [
      await visit(app),
      await visit(choosing),
      await visit(app, ''),
      await request(app).delete(AUTHORIZE),
      await visit(app).set('Sec-Purpose', 'prefetch'),
      await visit(broken),
    ];
    expect(replies.map(({ status }) => status)).toEqual([303, 200, 400, 405, 503, 503]);
    for (const reply of replies) expectDocumented(reply);
  });
});
