import { once } from 'node:events';
import { get } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import express from 'express';
import request from 'supertest';
import { crossAppIssuer } from '../../../src/index.js';
import { LANDING } from '../../issuer-app.js';
import { serve } from '../../serve.js';
import { openTestStore } from '../../store.js';
import type { TestStore } from '../../store.js';
import {
  asked,
  ASKED,
  AUTHORIZE,
  authorizeOptions,
  COOKIE,
  createAuthorizingApp,
  LOGIN,
  ORIGIN,
  expectBack,
  visit,
} from './authorize-app.js';

let store: TestStore;
beforeAll(async () => {
  store = await openTestStore();
});
afterAll(() => store.close());

type Authorize = NonNullable<Parameters<typeof createAuthorizingApp>[1]>['authorize'];
const signedOut = (authorize: Authorize = {}) =>
  createAuthorizingApp(store.sessions, { authorize: { currentUser: () => null, ...authorize } });

/** Asks for a path that HTTP clients would tidy up. */
async function rawGet(url: string, path: string): Promise<{ status?: number; location?: string }> {
  const { hostname, port } = new URL(url);
  const sent = get({ hostname, port, path });
  const [reply] = (await once(sent, 'response')) as [IncomingMessage];
  reply.resume();
  const { statusCode: status, headers } = reply;
  return { ...(status && { status }), ...(headers.location && { location: headers.location }) };
}

/** Where the login would lead. */
function continueUrl(location = ''): URL {
  return new URL(new URL(location).searchParams.get('continue') ?? '');
}

describe('when nobody is signed in, /authorize', () => {
  it('lets the host show its login, and the way back from it ends with a token', async () => {
    const app = createAuthorizingApp(store.sessions);
    const before = await store.countRows();
    const { headers } = await visit(app).set('Cookie', 'theme=dark').expect(303);
    expect(headers['location']).toContain(LOGIN);
    expect(headers['cache-control']).toBe('no-store');
    // The login's own form must come from an origin.
    expect(headers).not.toHaveProperty('referrer-policy');
    expect(await store.countRows()).toEqual(before);

    const back = continueUrl(headers['location']);
    expect(back.origin).toBe(ORIGIN);
    const reply = await request(app).get(`${back.pathname}${back.search}`).set('Cookie', COOKIE);
    expect(expectBack(reply)).toMatchObject({ landing: LANDING, result: { state: ASKED.state } });
  });

  it('leads back to its own origin, whatever Host and forwarded headers say', async () => {
    for (const [name, value] of [
      ['Host', 'evil.example'],
      ['X-Forwarded-Host', 'evil.example'],
      ['X-Forwarded-Proto', 'http'],
      ['Forwarded', 'host=evil.example;proto=http'],
      ['X-Original-URL', '//evil.example/'],
    ] as const) {
      const app = signedOut().set('trust proxy', true);
      const { headers } = await visit(app).set(name, value).expect(303);
      const back = continueUrl(headers['location']);
      expect(back.origin + back.pathname).toBe(ORIGIN + AUTHORIZE);
    }
  });

  it('leads back to its own origin, whatever the host routes here', async () => {
    const app = express().use(/^.*\/cross-app/, crossAppIssuer(authorizeOptions(store.sessions)));
    const server = await serve(app);
    for (const path of ['//evil.example', '/\\evil.example', '/\\/evil.example', '///evil.example']) {
      const { status, location } = await rawGet(server.url, `${path}/cross-app/authorize?${asked()}`);
      expect(status).toBe(303);
      expect(continueUrl(location).href).toMatch(
        /^https:\/\/tuvens\.com\/evil\.example\/cross-app\/authorize\?/,
      );
    }
    server.close();
  });

  it('leads back with what was asked, each character of it, and nothing else', async () => {
    const state = `a b+c%20&d=e#f?g/"<>'\\~`;
    const { headers } = await visit(signedOut(), `${asked({ state, account_id: '7' })}&other=1`).expect(303);
    const parameters = [...continueUrl(headers['location']).searchParams];
    expect(Object.fromEntries(parameters)).toEqual({ ...ASKED, state, account_id: '7' });
    expect(parameters).toHaveLength(6);
  });

  it('does not ask anybody to log in for a request that would be refused', async () => {
    const showSignIn = jest.fn();
    const app = signedOut({ showSignIn });
    await visit(app, asked({ redirect_uri: 'https://evil.example/' })).expect(400);
    expectBack(await visit(app, asked({ code_challenge: undefined })));
    expect(showSignIn).not.toHaveBeenCalled();
  });

  it('waits for a login that is rendered after the hook has returned', async () => {
    const app = signedOut({
      showSignIn: (_req, res) => {
        void setTimeout(50).then(() => res.end('the login'));
      },
    });
    const { text } = await visit(app).expect(200);
    expect(text).toBe('the login');
  });

  it('goes back with login_required when the host does not answer, and says so in the log', async () => {
    const info = jest.fn();
    const logger = { info, warn: info, error: info };
    const authorize = { currentUser: () => null, showSignIn: () => undefined };
    const app = createAuthorizingApp(store.sessions, { logger, authorize });
    const { result } = expectBack(await visit(app));
    expect(result).toEqual({ error: 'login_required', state: ASKED.state, iss: ORIGIN });
    const detail = 'Nobody is signed in, and showSignIn has not answered.';
    expect(info).toHaveBeenCalledWith(expect.objectContaining({ detail }), expect.anything());
  });

  it('goes back with temporarily_unavailable when the login cannot be shown', async () => {
    const showSignIn = () => Promise.reject(new TypeError('no template'));
    const { result } = expectBack(await visit(signedOut({ showSignIn })));
    expect(result).toEqual({ error: 'temporarily_unavailable', state: ASKED.state, iss: ORIGIN });
  });

  it('leaves a login alone that was shown before something failed', async () => {
    const showSignIn: NonNullable<Authorize>['showSignIn'] = (_req, res) => {
      res.end('the login');
      return Promise.reject(new TypeError('no metrics'));
    };
    const { text } = await visit(signedOut({ showSignIn })).expect(200);
    expect(text).toBe('the login');
  });

  it('breaks off a login that failed half-way, so that nobody waits for the rest', async () => {
    const showSignIn: NonNullable<Authorize>['showSignIn'] = (_req, res) => {
      res.writeHead(200, { 'Content-Length': 100 });
      res.write('the');
      return Promise.reject(new TypeError('no more'));
    };
    await expect(visit(signedOut({ showSignIn }))).rejects.toThrow(/aborted|hang up/);
  });
});
