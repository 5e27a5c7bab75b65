import { randomUUID } from 'node:crypto';
import type { Express } from 'express';
import request from 'supertest';
import type { Response } from 'supertest';
import * as z from 'zod';
import { CrossAppError, ISSUER_PATHS, SESSION_TOKEN_HEADER } from '@cross-app/protocol';
import type { CrossAppIssuerOptions } from '../../src/index.js';
import { createSourceApp, issuerOptions, SECRET, SIGNED_IN } from '../issuer-app.js';
import { ACME, openTestStore, TARGET_APP } from '../store.js';
import type { TestStore } from '../store.js';

type Json = Readonly<Record<string, unknown>>;

interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly security: readonly Json[];
  readonly parameters?: readonly { readonly in: string; readonly name: string }[];
  readonly requestBody?: { readonly content: Record<string, { schema: Json; examples: Json }> };
  readonly responses: Readonly<Record<string, Json>>;
}

interface Document {
  readonly openapi: string;
  readonly info: Json;
  readonly servers: readonly { readonly url: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: Readonly<Record<string, Json>>;
}

interface Call {
  readonly method: 'get' | 'post';
  readonly path: string;
  readonly operation: Operation;
}

const MOUNT = '/api/cross-app';
const CREDENTIALS = { ...SIGNED_IN, 'x-shared-secret': SECRET };
const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';

const hooks: Partial<CrossAppIssuerOptions> = {
  limits: false,
  listAccounts: () => [ACME],
  hasPermission: ({ permission }) => permission === 'events:create',
};

let store: TestStore;
let app: Express;
let document: Document;
beforeAll(async () => {
  store = await openTestStore();
  app = createSourceApp(issuerOptions(store.sessions, hooks));
  document = (await request(app).get(`${MOUNT}/openapi.json`).expect(200)).body as Document;
});
afterAll(() => store.close());

const calls = (): readonly Call[] =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      method: method as Call['method'],
      path,
      operation,
    })),
  );

/** The document's part that a JSON pointer names. */
function find(pointer: string): unknown {
  return pointer
    .split('/')
    .slice(1)
    .reduce<unknown>((part, name) => (part as Json | undefined)?.[name], document);
}

/** The value with what it refers to in place of every reference. */
function resolve(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(resolve);
  if ('$ref' in value) {
    const found = find(value.$ref as string);
    if (found === undefined) throw new TypeError(`nothing is at ${String(value.$ref)}`);
    return resolve(found);
  }
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, resolve(part)]));
}

/** Fails unless the status is a documented one, and the headers and the body are as documented for it. */
function expectDocumented({ operation }: Call, reply: Response): void {
  expect(Object.keys(operation.responses)).toContain(`${reply.status}`);
  const { content } = resolve(operation.responses[reply.status]) as {
    content?: Record<string, { schema: Json }>;
  };
  const [schema] = Object.values(content ?? {}).map((json) => json.schema);
  if (schema === undefined) {
    expect(reply.text).toBe('');
    return;
  }
  expect(reply.headers['content-type']).toMatch(/^application\/json/);
  expect(
    z.fromJSONSchema(schema as z.core.JSONSchema.JSONSchema).safeParse(reply.body).error,
  ).toBeUndefined();
}

async function issueFor({ path }: Call, example: Json): Promise<string> {
  const isBound = 'code_verifier' in example;
  const token = await store.issueToken(isBound ? { codeChallenge: CHALLENGE } : {});
  const isLater = [ISSUER_PATHS.userAccounts, ISSUER_PATHS.validatePermission].some(
    (later) => later === path,
  );
  if (isLater || example['redeemed'] === true) {
    await store.sessions.redeem(token, { targetApp: TARGET_APP, redemptionId: randomUUID() });
  }
  return token;
}

/** Sends the example, with a real token in place of the documented one. */
async function send(call: Call, example: Json, to = app): Promise<Response> {
  const token = await issueFor(call, example);
  const url = `${MOUNT}${call.path}`;
  if (call.method === 'get') return request(to).get(url).set(CREDENTIALS).set(SESSION_TOKEN_HEADER, token);
  const body = 'session_token' in example ? { ...example, session_token: token } : example;
  return request(to).post(url).set(CREDENTIALS).send(body);
}

const examplesOf = ({ operation }: Call): readonly Json[] =>
  Object.values(operation.requestBody?.content['application/json']?.examples ?? { none: { value: {} } }).map(
    (example) => (example as { value: Json }).value,
  );

describe('openapi.json', () => {
  it('documents every path of the wire protocol and no other', () => {
    expect(Object.keys(document.paths).sort()).toEqual(Object.values(ISSUER_PATHS).sort());
  });

  it('leaves out what is not answered without a hook', async () => {
    const options = issuerOptions(store.sessions);
    for (const hook of ['listAccounts', 'hasPermission']) Reflect.deleteProperty(options, hook);
    const withoutHooks = createSourceApp(options);
    const { body } = await request(withoutHooks).get(`${MOUNT}/openapi.json`).expect(200);
    const { userAccounts, validatePermission, ...others } = ISSUER_PATHS;
    const { paths } = body as Document;
    expect(Object.keys(paths).sort()).toEqual(Object.values(others).sort());
    expect(paths).not.toHaveProperty([userAccounts]);
    expect(paths).not.toHaveProperty([validatePermission]);
  });

  it('is OpenAPI 3.1 whose references all lead somewhere, and whose parts are all used', () => {
    const { openapi, info, servers } = document;
    expect({ openapi, info, servers }).toEqual({
      openapi: '3.1.0',
      info: expect.objectContaining({ title: expect.any(String), version: expect.any(String) }),
      servers: [{ url: '.' }],
    });
    const text = JSON.stringify(document);
    expect(() => resolve(document)).not.toThrow();
    const unused = ['schemas', 'headers', 'responses'].flatMap((kind) =>
      Object.keys(document.components[kind] ?? {}).filter(
        (name) => !text.includes(`"#/components/${kind}/${name}"`),
      ),
    );
    expect(unused).toEqual([]);
  });

  it('names each operation once, and what it asks and answers', () => {
    expect(new Set(calls().map(({ operation }) => operation.operationId)).size).toBe(calls().length);
    for (const { method, operation } of calls()) {
      expect(operation).toMatchObject({ operationId: expect.stringMatching(/^\w+$/), summary: /./ });
      expect('requestBody' in operation).toBe(method === 'post');
      const schemes = operation.security.flatMap((scheme) => Object.keys(scheme));
      expect(Object.keys(document.components['securitySchemes'] ?? {})).toEqual(
        expect.arrayContaining(schemes),
      );
      for (const status of Object.keys(operation.responses)) expect(status).toMatch(/^[245]\d\d$/);
    }
  });

  it('is answered to everybody, and to GET only', async () => {
    const { body, headers } = await request(app).post(`${MOUNT}/openapi.json`).expect(405);
    expect(headers).toMatchObject({ allow: 'GET' });
    expect(body).toMatchObject({ origin: { code: 'method_not_allowed' } });
  });
});

describe('what openapi.json says', () => {
  it('holds for every example: it succeeds, and is answered as documented', async () => {
    for (const call of calls()) {
      for (const example of examplesOf(call)) {
        const reply = await send(call, example);
        expect({ ...call, example, isTaken: reply.ok }).toEqual({ ...call, example, isTaken: true });
        expectDocumented(call, reply);
      }
    }
  });

  it('holds for another method, and for a caller without proof', async () => {
    for (const call of calls()) {
      expectDocumented(call, await request(app).delete(`${MOUNT}${call.path}`).expect(405));
      if (call.operation.security.length === 0) continue;
      expectDocumented(call, await request(app)[call.method](`${MOUNT}${call.path}`).expect(401));
    }
  });

  it.each([
    [400, 'application/json', '[]'],
    [413, 'application/json', `{"a":"${'a'.repeat(17_000)}"}`],
    [415, 'text/plain', '{}'],
  ])('holds for a body that is answered with %p', async (status, type, text) => {
    for (const call of calls().filter(({ method }) => method === 'post')) {
      const reply = await request(app)
        .post(`${MOUNT}${call.path}`)
        .set({ ...CREDENTIALS, 'Content-Type': type })
        .send(text);
      expect([call.path, reply.status]).toEqual([call.path, status]);
      expectDocumented(call, reply);
    }
  });

  it('holds for every field: one with a wrong value is refused, so all of them are read', async () => {
    const before = await store.countRows();
    for (const call of calls()) {
      const { schema } = call.operation.requestBody?.content['application/json'] ?? {};
      const { properties = {} } = (resolve(schema) ?? {}) as { properties?: Json };
      for (const field of Object.keys(properties)) {
        const wrong = field === 'event_data' ? 'x'.repeat(9000) : ['x'];
        const reply = await request(app)
          .post(`${MOUNT}${call.path}`)
          .set(CREDENTIALS)
          .send({ session_token: 'x', permission: 'x', [field]: wrong });
        expect([call.path, field, reply.status]).toEqual([call.path, field, 400]);
        const { origin } = reply.body as { origin: { message: string; code: string } };
        expect(`${origin.code}: ${origin.message}`).toMatch(
          `${field === 'session_token' ? 'token' : field} `,
        );
        expectDocumented(call, reply);
      }
    }
    expect(await store.countRows()).toEqual(before);
  });

  it('holds for a token that is not valid, wherever one is sent', async () => {
    const statuses = new Map<string, number>();
    for (const call of calls().filter(({ operation }) => operation.security.length > 0)) {
      const token = await store.issueToken();
      await store.sessions.revoke(token);
      const url = `${MOUNT}${call.path}`;
      const fields = { session_token: token, permission: 'x', source_app: 'nobody' };
      const reply = await (call.method === 'get'
        ? request(app).get(url).set(CREDENTIALS).set(SESSION_TOKEN_HEADER, token)
        : request(app).post(url).set(CREDENTIALS).send(fields));
      statuses.set(call.path, reply.status);
      expectDocumented(call, reply);
    }
    expect(Object.fromEntries(statuses)).toEqual({
      '/generate-session': 200,
      '/validate-session': 404,
      '/inspect-session': 404,
      '/user-accounts': 404,
      '/validate-permission': 404,
      '/revoke-session': 204,
      '/revoke-sessions': 200,
    });
  });

  it('holds for an account of somebody else', async () => {
    for (const call of calls().filter(({ path }) => path === ISSUER_PATHS.generateSession)) {
      const reply = await request(app).post(`${MOUNT}${call.path}`).set(CREDENTIALS).send({ account_id: 8 });
      expect(reply.status).toBe(403);
      expectDocumented(call, reply);
    }
  });

  it.each([
    [429, new CrossAppError('rate_limited')],
    [503, new TypeError('the database is gone')],
  ])('holds for sessions that are answered with %p', async (status, error) => {
    const fail = () => Promise.reject(error);
    const broken = { issue: fail, redeem: fail, inspect: fail, revoke: fail, revokeAll: fail };
    const failing = createSourceApp(issuerOptions(broken, hooks));
    for (const call of calls().filter(({ operation }) => operation.security.length > 0)) {
      for (const example of examplesOf(call)) {
        const reply = await send(call, example, failing);
        expect([call.path, reply.status]).toEqual([call.path, status]);
        expect(reply.headers).toHaveProperty('retry-after');
        expectDocumented(call, reply);
      }
    }
  });

  it('holds for an issuer that is not healthy', async () => {
    const checkHealth = () => Promise.reject(new TypeError('the database is gone'));
    const failing = createSourceApp(issuerOptions(store.sessions, { ...hooks, checkHealth }));
    for (const call of calls().filter(({ path }) => path === ISSUER_PATHS.health)) {
      const reply = await send(call, {}, failing);
      expect(reply.status).toBe(503);
      expectDocumented(call, reply);
    }
  });
});
