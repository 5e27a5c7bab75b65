import { randomUUID } from 'node:crypto';
import { createCrossAppSessions, createRevocationList } from '../../src/index.js';
import type { DatabaseSessions } from '../../src/index.js';
import { openTestStore } from '../database.js';
import type { TestStore } from '../database.js';

let store: TestStore;
let sessions: DatabaseSessions;
beforeAll(async () => {
  store = await openTestStore();
  sessions = createCrossAppSessions({ knex: store.knex, appId: 'tuvens' });
});
beforeEach(() => store.knex('cross_app_revocations').delete());
afterAll(() => store.close());

const claimUsers = async (app: string, limit = 100): Promise<(string | null)[]> =>
  (await sessions.outbox.claim(app, limit)).map(({ userId }) => userId);

async function confirmAll(app: string): Promise<void> {
  const claimed = await sessions.outbox.claim(app, 1000);
  await sessions.outbox.confirm(
    app,
    claimed.map(({ id }) => id),
  );
}

describe('the outbox', () => {
  it('gives what is for the app or for all, oldest first, until the app confirms it', async () => {
    await sessions.revokeAll({ userId: '1' });
    await sessions.revokeAll({ userId: '2', targetApp: 'hi-events' });
    await sessions.revokeAll({ userId: '3', targetApp: 'other' });
    await sessions.revokeAll({ userId: '4' });
    expect(await claimUsers('hi-events')).toEqual(['1', '2', '4']);
    expect(await claimUsers('hi-events', 2)).toEqual(['1', '2']);
    expect(await claimUsers('other')).toEqual(['1', '3', '4']);
    await confirmAll('hi-events');
    expect(await claimUsers('hi-events')).toEqual([]);
    expect(await claimUsers('other')).toEqual(['1', '3', '4']);
    await confirmAll('other');
    await confirmAll('other');
    const delivered = await store.knex('cross_app_revocations').orderBy('user_id').pluck('delivered_to');
    expect(delivered.map((apps: string[]) => [...apps].sort())).toEqual([
      ['hi-events', 'other'],
      ['hi-events'],
      ['other'],
      ['hi-events', 'other'],
    ]);
  });

  it('gives a revocation as it is told elsewhere: added to a list it ends the same', async () => {
    await sessions.revokeAll({ userId: '11', accountId: 77, sourceApp: 'tuvens', targetApp: 'hi-events' });
    const [revocation] = await sessions.outbox.claim('hi-events', 1);
    expect(revocation).toEqual({
      ...{ id: expect.any(String) as string, tokenHash: null, userId: '11', accountId: '77' },
      ...{ sourceApp: 'tuvens', targetApp: 'hi-events', issuedBefore: expect.any(Date) as Date },
    });
    if (revocation === undefined) throw new TypeError('nothing was claimed');
    await expect(createRevocationList({ knex: store.knex }).add(revocation)).resolves.toBeUndefined();
  });

  it('does not let an app confirm what is for another', async () => {
    await sessions.revokeAll({ userId: '3', targetApp: 'other' });
    const [{ id } = { id: '' }] = await sessions.outbox.claim('other', 1);
    await sessions.outbox.confirm('hi-events', [id]);
    expect(await claimUsers('other')).toEqual(['3']);
  });

  it('gives up after seven days', async () => {
    await sessions.revokeAll({ userId: '1' });
    await sessions.revokeAll({ userId: '2', targetApp: 'hi-events' });
    await store.knex.raw("UPDATE cross_app_revocations SET created_at = now() - interval '169 hours'");
    expect(await claimUsers('hi-events')).toEqual([]);
  });

  it('loses nothing with two senders, one of which dies before it confirms, while more is revoked', async () => {
    const all = Array.from({ length: 60 }, (_, n) => String(n + 1));
    const received = new Set<string>();
    let isDone = false;
    const send = async (survives: () => boolean): Promise<void> => {
      for (;;) {
        const wasDone = isDone;
        const claimed = await sessions.outbox.claim('hi-events', 7);
        if (claimed.length === 0 && wasDone) return;
        if (!survives()) continue;
        for (const { userId } of claimed) received.add(userId ?? '');
        const ids = claimed.map(({ id }) => id);
        await sessions.outbox.confirm('hi-events', ids);
      }
    };
    let turn = 0;
    const senders = [send(() => true), send(() => turn++ % 2 === 0)];
    await Promise.all(all.map((userId) => sessions.revokeAll({ userId })));
    isDone = true;
    await Promise.all(senders);
    expect([...received].sort()).toEqual([...all].sort());
  });

  it.each<[string, () => Promise<unknown>]>([
    ['a limit of none', () => sessions.outbox.claim('hi-events', 0)],
    ['a limit beyond a thousand', () => sessions.outbox.claim('hi-events', 1001)],
    ['what is no app', () => sessions.outbox.claim('', 1)],
    ['an id that is no UUID', () => sessions.outbox.confirm('hi-events', [randomUUID(), "x','y"])],
  ])('refuses %s', async (_what, work) => {
    await expect(work()).rejects.toMatchObject({ code: 'invalid_argument' });
  });

  it('takes unknown ids, and none', async () => {
    await expect(sessions.outbox.confirm('hi-events', [randomUUID()])).resolves.toBeUndefined();
    await expect(sessions.outbox.confirm('hi-events', [])).resolves.toBeUndefined();
  });
});
