import { createHash, randomUUID } from 'node:crypto';
import express from 'express';
import type { Express, RequestHandler } from 'express';
import session from 'express-session';
import type { DerivedSession, Revocation } from '@cross-app/protocol';
import { expressSession } from '../src/index.js';
import type { SessionAdapter, SignInRecord } from '../src/index.js';
import { ACME, ADA, TARGET_APP } from './store.js';

declare module 'express-session' {
  interface SessionData {
    crossApp: SignInRecord;
    note: string;
  }
}

/** What the guard needs of express-session. */
export const adapter: SessionAdapter = expressSession();

/** A handoff of Ada's that was issued a minute ago. */
export function derivedSession(changes: Partial<SignInRecord> = {}): SignInRecord {
  return {
    tokenHash: createHash('sha256').update(randomUUID()).digest('hex'),
    userId: ADA.id,
    accountId: ACME.id,
    sourceApp: 'tuvens',
    targetApp: TARGET_APP,
    issuedAt: new Date(Date.now() - 60_000).toISOString(),
    person: { name: ADA.name, email: ADA.email },
    ...changes,
  };
}

/** A revocation of that handoff alone. */
export function revocationOf({ tokenHash }: Pick<DerivedSession, 'tokenHash'>): Revocation {
  return {
    id: randomUUID(),
    tokenHash,
    userId: null,
    accountId: null,
    sourceApp: null,
    targetApp: null,
    issuedBefore: new Date(),
  };
}

export interface SessionApp {
  readonly app: Express;
  readonly store: session.MemoryStore;
}

/**
 * An app with real sessions behind a guard: `POST /sign-in` stores the body as the derived session, `GET /me` says who is
 * there, `POST /note` writes into the session after `release` has resolved.
 */
export function createSessionApp(guard: RequestHandler, release?: () => Promise<void>): SessionApp {
  const store = new session.MemoryStore();
  const app = express();
  app.use(session({ secret: 'only for this test', resave: false, saveUninitialized: false, store }));
  app.use(guard);
  app.post('/sign-in', express.json(), (req, res) => {
    req.session.crossApp = req.body as SignInRecord;
    res.json({});
  });
  app.post('/note', (req, res, next) => {
    const write = (): void => {
      req.session.note = 'written';
      res.json({});
    };
    (release?.() ?? Promise.resolve()).then(write, next);
  });
  app.get('/me', (req, res) => {
    res.json({ userId: req.session.crossApp?.userId ?? null });
  });
  return { app, store };
}
