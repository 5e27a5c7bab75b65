import type { CrossAppSessions } from '@cross-app/protocol';
import * as sdk from '../src/index.js';
import { json, startIssuer } from './fake-issuer.js';
import { clientOf, generated, token, validated } from './handoff.js';

describe('the package', () => {
  it('exports what its users need, and nothing else', () => {
    expect(Object.keys(sdk).sort()).toEqual([
      'CrossAppError',
      'createCrossAppClient',
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
    expect(Object.keys(clientOf(issuer))).toEqual(['issue', 'redeem']);
    await issuer.close();
  });

  it('works as the issue and redeem of CrossAppSessions, taken apart', async () => {
    const issuer = await startIssuer(json(200, generated), json(200, validated));
    const sessions: Pick<CrossAppSessions, 'issue' | 'redeem'> = clientOf(issuer);
    const { issue, redeem } = sessions;
    const handoff = await issue({ userId: 456, targetApp: 'hi-events' });
    expect(handoff.token).toBe(token);
    await expect(redeem(handoff.token, { targetApp: 'hi-events' })).resolves.toMatchObject({
      account: { id: '789' },
    });
    await issuer.close();
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
