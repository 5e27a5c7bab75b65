import { randomUUID } from 'node:crypto';
import type { DerivedSession, Revocation } from '@cross-app/protocol';
import { createRevocationList, createRevocationsTable, purgeRevocations } from '../../src/index.js';
import type { RevocationList } from '../../src/index.js';
import { openScratch } from '../partitioning/scratch.js';
import type { Scratch } from '../partitioning/scratch.js';

let scratch: Scratch;
let list: RevocationList;
beforeEach(async () => {
  scratch = await openScratch();
  await createRevocationsTable(scratch.knex);
  list = createRevocationList({ knex: scratch.knex });
});
afterEach(() => scratch.close());

const derived: DerivedSession = {
  ...{ tokenHash: 'a'.repeat(64), userId: '11', accountId: null, sourceApp: null },
  ...{ targetApp: 'hi-events', issuedAt: '2026-05-01T12:00:00.000Z' },
};
const ofUser = (more: Partial<Revocation> = {}): Revocation => ({
  ...{ id: randomUUID(), tokenHash: null, userId: '11', accountId: null, sourceApp: null, targetApp: null },
  ...{ issuedBefore: new Date('2026-05-01T12:00:00.000Z'), ...more },
});

describe('createRevocationList', () => {
  it('ends what it is told of, in a database without handoffs', async () => {
    expect(await list.isRevoked(derived)).toBe(false);
    await list.add(ofUser());
    expect(await list.isRevoked(derived)).toBe(true);
    expect(await list.isRevoked({ ...derived, userId: '12' })).toBe(false);
  });

  it('takes the same one again, from ten at once, and has it once, as it was first', async () => {
    const revocation = ofUser();
    await Promise.all(Array.from({ length: 10 }, () => list.add(revocation)));
    await list.add({ ...revocation, userId: '12' });
    expect(await scratch.knex('cross_app_revocations').pluck('user_id')).toEqual(['11']);
  });

  it('takes a table of another name beside the first, with all its indexes', async () => {
    await scratch.knex.raw('CREATE SCHEMA auth');
    for (const name of ['auth.ended', 'ended']) {
      await createRevocationsTable(scratch.knex, name);
      await createRevocationsTable(scratch.knex, name);
      const other = createRevocationList({ knex: scratch.knex, tables: { revocations: name } });
      await other.add(ofUser());
      expect(await other.isRevoked(derived)).toBe(true);
    }
    expect(await list.isRevoked(derived)).toBe(false);
    const { rows } = await scratch.knex.raw<{ rows: [{ indexes: string }] }>(
      "SELECT count(*) AS indexes FROM pg_indexes WHERE tablename = 'ended'",
    );
    expect(Number(rows[0].indexes)).toBe(14);
  });

  it.each<[string, object]>([
    ['an id that is no UUID', { id: '1' }],
    ['a token instead of its hash', { tokenHash: 'handoff_x' }],
    ['no user and not null', { userId: '' }],
    ['an app that is none', { targetApp: 'a b' }],
    ['no instant', { issuedBefore: new Date(Number.NaN) }],
  ])('refuses %s, and keeps nothing', async (_what, more) => {
    await expect(list.add(ofUser(more))).rejects.toMatchObject({ code: 'invalid_argument' });
    expect(await scratch.knex('cross_app_revocations').pluck('id')).toEqual([]);
  });

  it.each([
    [{ knex: undefined }, /knex must be a knex on PostgreSQL/],
    [{ table: 'x' }, /createRevocationList has no option "table"/],
    [{ tables: { sessions: 'x' } }, /tables has no option "sessions"/],
    [{ tables: { revocations: 'a;b' } }, /tables\.revocations must be a name/],
    [{ timeoutMs: 0 }, /timeoutMs must be/],
  ])('refuses the options %j', (options, message) => {
    const all = { knex: scratch.knex, ...options } as Parameters<typeof createRevocationList>[0];
    expect(() => createRevocationList(all)).toThrow(message);
  });

  it('says what to run where there is no table', async () => {
    await scratch.knex.raw('DROP TABLE cross_app_revocations');
    for (const work of [() => list.add(ofUser()), () => list.isRevoked(derived)]) {
      await expect(work()).rejects.toMatchObject({
        code: 'store_unavailable',
        cause: { message: expect.stringContaining('run the migrations') as string },
      });
    }
  });

  it('is purged without a table of handoffs', async () => {
    await list.add(ofUser());
    await scratch.knex.raw("UPDATE cross_app_revocations SET created_at = now() - interval '32 days'");
    const options = { revocationsTable: 'cross_app_revocations' };
    expect(await purgeRevocations(scratch.knex, options)).toMatchObject({ rows: 1, outcome: 'done' });
  });
});
