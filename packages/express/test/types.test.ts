import express5 from 'express';
import type { Request as Request5, Response as Response5 } from 'express';
import express4 from 'express4';
import type { Request as Request4, Response as Response4 } from 'express4';
import knexFactory from 'knex';
import request from 'supertest';
import { createAccountHooks } from '@cross-app/core';
import type { CrossAppSessions, CrossAppUser, Redemption } from '@cross-app/protocol';
import { crossAppAuth, crossAppIssuer } from '../src/index.js';
import type { ListedAccount, PermissionQuestion } from '../src/index.js';
import { SECRET } from './issuer-app.js';
import { ADA } from './store.js';

// What counts here is that it compiles, against the types of Express 4 and of Express 5. `tsc` is the judge.

const redemption: Redemption = {
  session: {
    userId: ADA.id,
    accountId: null,
    sourceApp: 'tuvens',
    targetApp: 'hi-events',
    expiresAt: new Date(),
    createdAt: null,
    permissions: [],
    payload: null,
  },
  user: ADA,
  account: null,
};
const sessions: CrossAppSessions = {
  redeem: () => Promise.resolve(redemption),
  inspect: () => Promise.resolve(redemption),
  revoke: () => Promise.resolve(),
  revokeAll: () => Promise.resolve(0),
  issue: () => Promise.resolve({ token: 'x', session: redemption.session }),
};
const apps = { 'hi-events': { secrets: [SECRET] } };

const members = new Map([['7', new Set(['ada@example.com'])]]);
const canUseAccount = (user: { email: string }, accountId: string): boolean =>
  members.get(accountId)?.has(user.email) ?? false;

describe('crossAppAuth', () => {
  it('fits an app and a Router of Express 5', async () => {
    const app = express5();
    app.post('/auth/cross-app', crossAppAuth({ sessions, targetApp: 'hi-events' }), (req, res) => {
      const name: string = req.crossApp.user.name;
      res.send(name);
    });
    app.use('/any', express5.Router().use(crossAppAuth({ sessions, targetApp: 'hi-events' })));
    const { text } = await request(app).post('/auth/cross-app').send({ session_token: 'x' }).expect(200);
    expect(text).toBe(ADA.name);
  });

  it('fits an app and a Router of Express 4', async () => {
    const app = express4();
    app.post('/auth/cross-app', crossAppAuth({ sessions, targetApp: 'hi-events' }), (req, res) => {
      const name: string = req.crossApp.user.name;
      res.send(name);
    });
    app.use('/any', express4.Router().use(crossAppAuth({ sessions, targetApp: 'hi-events' })));
    const { text } = await request(app).post('/auth/cross-app').send({ session_token: 'x' }).expect(200);
    expect(text).toBe(ADA.name);
  });
});

describe('crossAppIssuer', () => {
  it('fits an app of Express 5, with hooks written for its Request', () => {
    const authenticate = (req: Request5) => ({ id: 1, email: req.get('x-email') ?? '' });
    const handler = crossAppIssuer({ sessions, apps, authenticate, canUseAccount });
    expect(express5().use('/api/cross-app', handler)).toBeDefined();
  });

  it('fits an app of Express 4, with hooks written for its Request', () => {
    const authenticate = async (req: Request4) =>
      Promise.resolve(req.secure ? { id: 'a', email: req.get('x-email') ?? '' } : null);
    const handler = crossAppIssuer({ sessions, apps, authenticate, canUseAccount });
    expect(express4().use('/api/cross-app', handler)).toBeDefined();
  });

  it('fits hooks of /authorize that are written for the requests of Express 5 and 4', () => {
    const authenticate = (req: Request5) => ({ id: 1, email: req.get('x-email') ?? '' });
    const five = crossAppIssuer({
      sessions,
      apps,
      authenticate,
      canUseAccount,
      authorize: {
        origin: 'https://tuvens.com',
        currentUser: (req: Request5) => (req.secure ? { id: 1, email: 'ada@example.com' } : null),
        showSignIn: (_req: Request5, res: Response5, continueUrl) => {
          res.redirect(303, continueUrl);
        },
        payload: (user) => ({ email: user.email }),
      },
    });
    const four = crossAppIssuer({
      sessions,
      apps,
      authenticate: (req: Request4) => ({ id: 1, email: req.get('x-email') ?? '' }),
      canUseAccount,
      authorize: {
        origin: 'https://tuvens.com',
        currentUser: async (req: Request4) => Promise.resolve(req.secure ? { id: 1, email: '' } : undefined),
        showSignIn: (_req: Request4, res: Response4, continueUrl) => {
          res.redirect(303, continueUrl);
          return Promise.resolve();
        },
      },
    });
    expect([five, four]).toEqual([expect.any(Function), expect.any(Function)]);
  });

  it('refuses a currentUser whose user is not the one that canUseAccount reads', () => {
    const mismatch = () =>
      crossAppIssuer({
        sessions,
        apps,
        authenticate: () => ({ id: 1, email: '' }),
        // @ts-expect-error it reads an e-mail address
        canUseAccount,
        authorize: {
          origin: 'https://tuvens.com',
          currentUser: () => ({ id: 1 }),
          showSignIn: () => undefined,
        },
      });
    expect(mismatch).not.toThrow();
  });

  it('knows in canUseAccount what authenticate gives', () => {
    const handler = crossAppIssuer({
      sessions,
      apps,
      authenticate: (req) => ({ id: 1, roles: [req.headers.authorization] }),
      canUseAccount: (user, accountId) => user.roles.includes(accountId),
    });
    expect(handler).toBeInstanceOf(Function);
  });

  it('takes the ready-made hooks for accounts of core', () => {
    const knex = knexFactory({ client: 'pg' });
    const hooks = createAccountHooks({ knex });
    const authenticate = (req: Request5) => ({ id: 1n, email: req.get('x-email') ?? '' });
    expect(crossAppIssuer({ sessions, apps, authenticate, ...hooks })).toBeInstanceOf(Function);
    const listAccounts = async (user: CrossAppUser): Promise<readonly ListedAccount[]> =>
      hooks.listAccounts(user);
    const hasPermission = (question: PermissionQuestion): Promise<boolean> =>
      hooks.hasPermission({ ...question, permission: `events:${question.permission}` });
    const wrapped = { ...hooks, listAccounts, hasPermission };
    expect(crossAppIssuer({ sessions, apps, authenticate, ...wrapped })).toBeInstanceOf(Function);
  });

  it('refuses a user without an id, and a hook for another user', () => {
    const withoutId = () =>
      // @ts-expect-error a user needs an id
      crossAppIssuer({ sessions, apps, authenticate: () => ({ email: '' }), canUseAccount: () => true });
    const mismatch = () =>
      // @ts-expect-error canUseAccount reads an e-mail address that authenticate does not give
      crossAppIssuer({ sessions, apps, authenticate: () => ({ id: 1 }), canUseAccount });
    expect(withoutId).not.toThrow();
    expect(mismatch).not.toThrow();
  });
});
