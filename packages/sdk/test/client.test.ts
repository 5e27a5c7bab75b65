import { setImmediate } from 'node:timers/promises';
import type { CrossAppSessions } from '@cross-app/protocol';
import type { CrossAppClient } from '../src/index.js';
import * as sdk from '../src/index.js';
import { json, raw, refuse, startIssuer } from './fake-issuer.js';
import type { Act } from './fake-issuer.js';
import { clientOf, generated, rejectionOf, token, validated } from './handoff.js';

describe('the package', () => {
  it('exports what its users need, and nothing else', () => {
    expect(Object.keys(sdk).sort()).toEqual([
      'CrossAppError',
      'createCrossAppClient',
      'createHandoffLauncher',
      'handoffForm',
      'handoffUrl',
      'isCrossAppError',
      'isCrossAppRequestError',
    ]);
  });
});

describe('the client', () => {
  it('has the verbs that the issuer has calls for', async () => {
    const issuer = await startIssuer(json(200, validated));
    expect(Object.keys(clientOf(issuer))).toEqual([
      'issue',
      'redeem',
      'inspect',
      'revoke',
      'revokeAll',
      'listAccounts',
      'hasPermission',
    ]);
    await issuer.close();
  });

  it('works as CrossAppSessions, taken apart', async () => {
    const redeemed = json(200, validated);
    const issuer = await startIssuer(
      json(200, generated),
      redeemed,
      redeemed,
      raw(204, '', {}),
      json(200, { revoked: 3 }),
    );
    const sessions: CrossAppSessions = clientOf(issuer);
    const { issue, redeem, inspect, revoke, revokeAll } = sessions as Pick<
      CrossAppSessions,
      keyof CrossAppSessions
    >;
    const targetApp = 'hi-events';
    const handoff = await issue({ userId: 456, targetApp });
    expect(handoff.token).toBe(token);
    await expect(redeem(token, { targetApp })).resolves.toMatchObject({ account: { id: '789' } });
    await expect(inspect(token, { targetApp, redeemed: true })).resolves.toMatchObject({
      user: { id: '456' },
    });
    await expect(revoke(token)).resolves.toBeUndefined();
    await expect(revokeAll({ all: true })).resolves.toBe(3);
    expect(issuer.received).toHaveLength(5);
    await issuer.close();
  });

  it('makes one connection for 20 calls after each other', async () => {
    const replies = [
      json(200, validated),
      raw(204, '', {}),
      json(200, { accounts: [] }),
      refuse(404, 'invalid_token'),
    ];
    const acts = Array.from({ length: 5 }, () => replies).flat() as [Act, ...Act[]];
    const issuer = await startIssuer(...acts);
    const { redeem, revoke, listAccounts, hasPermission } = clientOf(issuer) as Pick<
      CrossAppClient,
      keyof CrossAppClient
    >;
    const calls = [
      () => redeem(token, { targetApp: 'hi-events' }),
      () => revoke(token),
      () => listAccounts(token),
      () => rejectionOf(hasPermission(token, { permission: 'edit' })),
    ];
    for (let number = 0; number < 20; number += 1) {
      await calls[number % calls.length]?.();
      // Node's fetch lets go of a connection a moment after the last byte: who calls within it gets a second one.
      await setImmediate();
    }
    const connections = issuer.connections();
    await issuer.close();
    expect([issuer.received.length, connections]).toEqual([20, 1]);
  });

  it('serves many calls at once', async () => {
    const issuer = await startIssuer(json(200, validated));
    const client = clientOf(issuer);
    const calls = Array.from({ length: 50 }, () => client.redeem(token, { targetApp: 'hi-events' }));
    const users = new Set((await Promise.all(calls)).map(({ user }) => user.id));
    expect(users).toEqual(new Set(['456']));
    expect(new Set(issuer.received.map(({ body }) => body)).size).toBe(50);
    await issuer.close();
  });
});
