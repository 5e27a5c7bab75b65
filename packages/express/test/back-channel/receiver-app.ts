import express from 'express';
import type { Express } from 'express';
import jwt from 'jsonwebtoken';
import { createMemoryRevocations, crossAppBackChannel } from '../../src/index.js';
import type { CrossAppBackChannelOptions, MemoryRevocations } from '../../src/index.js';
import { TARGET_APP } from '../store.js';

export const ISSUER = 'https://tuvens.com';
export const SECRET = 'a-secret-of-hi-events-and-tuvens-alone';
export const OLD_SECRET = 'the-secret-of-hi-events-until-last-week';
export const PATH = '/auth/back-channel-logout';
export const EVENT = 'http://schemas.openid.net/event/backchannel-logout';

export interface ReceiverApp {
  readonly app: Express;
  readonly revocations: MemoryRevocations;
}

/** A target app with the back channel, and what it keeps. */
export function createReceiverApp(options: Partial<CrossAppBackChannelOptions> = {}): ReceiverApp {
  const revocations = createMemoryRevocations();
  const app = express().set('env', 'test');
  const known = { issuers: [ISSUER], targetApp: TARGET_APP, secrets: [SECRET], revocations };
  app.use(PATH, crossAppBackChannel({ ...known, ...options }));
  return { app, revocations };
}

/** The claims of a good logout token. */
export function goodClaims(): Record<string, unknown> {
  const now = Math.floor(Date.now() / 1000);
  return {
    iss: ISSUER,
    aud: TARGET_APP,
    iat: now,
    exp: now + 120,
    jti: '3f2b6a52-9a53-4d53-8f0e-5a7c0a6f1d11',
    events: { [EVENT]: {} },
    sub: '1',
    cross_app: { account_id: null, source_app: null, issued_before: new Date().toISOString() },
  };
}

/** Signs them, well unless told otherwise. */
export function signed(
  claims: object,
  { secret = SECRET, header = {} }: { secret?: string; header?: object } = {},
): string {
  const all = { alg: 'HS256', typ: 'logout+jwt', ...header };
  return jwt.sign(claims, secret, { algorithm: 'HS256', header: all });
}
