/* eslint-disable @typescript-eslint/no-unnecessary-type-parameters -- types are all that is compared here */
import { crossAppAuth } from '@cross-app/express';
import { CrossAppError, isCrossAppError } from '@cross-app/protocol';
import type { CrossAppErrorCode, Redemption } from '@cross-app/protocol';
import type { CrossAppEvent, DatabaseSessions } from '@cross-app/core';
import express from 'express';

// What counts is that it compiles, and that what is marked does not. `tsc` is the judge, so that no other compiler and no
// other version of it stands between this and what people have.

/** True only where both are the same type, `any` included. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <A, B>(answer: Same<A, B>): boolean => answer;

describe('req.crossApp', () => {
  it('has its type in a handler, with nothing to import or to declare', () => {
    const sessions = { redeem: () => Promise.reject(new CrossAppError('token_unknown')) };
    const app = express();
    app.post('/', crossAppAuth({ sessions, targetApp: 'hi-events' }), (req, res) => {
      same<typeof req.crossApp, Redemption>(true);
      // @ts-expect-error there is no such property
      res.json(req.crossApp.usr);
    });
    expect(app).toBeDefined();
  });
});

describe('errors', () => {
  const error: unknown = new CrossAppError('token_used');

  it('narrow to the code that was asked for', () => {
    expect(isCrossAppError(error, 'token_expired')).toBe(false);
    if (!isCrossAppError(error, 'token_used')) throw new TypeError('it is one');
    same<typeof error.code, 'token_used'>(true);
  });

  it('narrow by a comparison, and the compiler knows what is left', () => {
    const advise = (code: CrossAppErrorCode): string => {
      if (code === 'rate_limited' || code === 'store_unavailable') return 'again';
      same<typeof code, Exclude<CrossAppErrorCode, 'rate_limited' | 'store_unavailable'>>(true);
      return 'anew';
    };
    if (!isCrossAppError(error)) throw new TypeError('it is one');
    same<typeof error.code, CrossAppErrorCode>(true);
    if (error.code === 'rate_limited') same<typeof error, CrossAppError<'rate_limited'>>(true);
    // @ts-expect-error there is no such code
    expect(error.code === 'token_stolen').toBe(false);
    expect(advise(error.code)).toBe('anew');
  });
});

describe('events', () => {
  const describeEvent = (event: CrossAppEvent): string => {
    switch (event.type) {
      case 'issued':
        return event.session.id;
      case 'redeemed':
        return event.isRetry ? 'again' : event.session.userId;
      case 'replayed':
        return event.client;
      case 'rejected':
        // @ts-expect-error only a replay has it
        return event.reason + String(event.usedAt ?? '');
      case 'revoked':
        return event.sessionIds.join();
    }
  };

  it('narrow by their type, in one listener of several', () => {
    const listen = (sessions: Pick<DatabaseSessions, 'on'>): void => {
      for (const name of ['issued', 'redeemed', 'rejected', 'replayed', 'revoked'] as const) {
        sessions.on(name, (event) => void describeEvent(event));
      }
      sessions.on('redeemed', ({ isRetry }) => {
        const told: boolean = isRetry;
        expect(told).toBeDefined();
      });
      // @ts-expect-error there is no such event
      sessions.on('stolen', () => undefined);
    };
    expect(listen).toBeDefined();
    expect(describeEvent({ type: 'revoked', sessionIds: ['7'] })).toBe('7');
  });
});
