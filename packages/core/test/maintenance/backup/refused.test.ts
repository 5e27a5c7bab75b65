import { copyFile, mkdir, open, readFile, writeFile } from 'node:fs/promises';
import { gunzipSync, gzipSync } from 'node:zlib';
import { backUpSessions, readBackup, restoreSessions } from '../../../src/index.js';
import { FOOTER_BYTES } from '../../../src/maintenance/backup/format.js';
import { OpenBackup } from '../../../src/maintenance/backup/read-file.js';
import { contents, empty, fill, forge, hashOf, openBackupTest } from './fixture.js';
import type { BackupTest } from './fixture.js';

jest.setTimeout(60_000);

let test: BackupTest;
let whole: string;
let bytes: Buffer;
let before: string[];
beforeAll(async () => {
  test = await openBackupTest();
  await fill(test.knex, 30);
  whole = test.newFile();
  await backUpSessions(test.knex, { file: whole });
  bytes = await readFile(whole);
  await empty(test.knex);
  await fill(test.knex, 4);
  before = await contents(test.knex);
});
afterAll(() => test.close());
afterEach(async () => {
  // eslint-disable-next-line jest/no-standalone-expect -- after each of them
  expect(await contents(test.knex)).toEqual(before);
});

const refusal = (message: RegExp): object => ({
  name: 'MaintenanceRefused',
  message: expect.stringMatching(message),
});

async function fileOf(content: Buffer | string): Promise<string> {
  const file = test.newFile();
  await writeFile(file, content);
  return file;
}

/** The same numbers in every run: mulberry32. */
function randomNumbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

describe('a damaged file', () => {
  it('is found out, whichever of its bytes has a bit flipped', async () => {
    const random = randomNumbers(1);
    const file = await fileOf(bytes);
    const handle = await open(file, 'r+');
    const accepted: number[] = [];
    for (let at = 0; at < bytes.length; at++) {
      const flipped = Buffer.from([(bytes[at] ?? 0) ^ (1 << random(8))]);
      await handle.write(flipped, 0, 1, at);
      const verdict = await readBackup(file).catch((error: unknown) => error);
      if ((verdict as Error).name !== 'MaintenanceRefused') accepted.push(at);
      await handle.write(bytes, at, 1, at);
    }
    await handle.close();
    expect(accepted).toEqual([]);
    await readBackup(file);
  });

  it('is found out, wherever it was cut off, and whatever was put to its end or taken out of its middle', async () => {
    const random = randomNumbers(2);
    const altered = [...Array(150).keys()].flatMap(() => {
      const at = random(bytes.length);
      const after = at + 1 + random(bytes.length - at);
      return [
        bytes.subarray(0, at),
        Buffer.concat([bytes, bytes.subarray(0, at + 1)]),
        Buffer.concat([bytes.subarray(0, at), bytes.subarray(after)]),
      ].filter((each) => !each.equals(bytes));
    });
    altered.push(bytes.subarray(0, -FOOTER_BYTES), bytes.subarray(-FOOTER_BYTES), bytes.subarray(0, -1));
    for (const content of altered) {
      await expect(readBackup(await fileOf(content))).rejects.toMatchObject({ name: 'MaintenanceRefused' });
    }
  });

  it.each([false, true])('is refused before anything is changed, with replace: %s', async (replace) => {
    const random = randomNumbers(3);
    for (let i = 0; i < 10; i++) {
      const flipped = Buffer.from(bytes);
      const at = 2 + random(bytes.length - 2);
      flipped.writeUInt8(flipped.readUInt8(at) ^ (1 << random(8)), at);
      const file = await fileOf(flipped);
      await expect(restoreSessions(test.knex, { file, replace })).rejects.toMatchObject(
        refusal(/Nothing was changed/),
      );
      expect(await contents(test.knex)).toEqual(before);
    }
  });

  it('is found out when it changes between the check and the load', async () => {
    const file = test.newFile();
    await copyFile(whole, file);
    const visitor = {
      onSection: () => Promise.resolve(),
      onRows: () => Promise.resolve(),
      onEnd: () => Promise.resolve(),
    };
    const another = test.newFile();
    await backUpSessions(test.knex, { file: another });
    // Cut off, and another whole backup in its place.
    for (const content of [bytes.subarray(0, -1), await readFile(another)]) {
      const backup = await OpenBackup.open(file);
      await writeFile(file, content);
      await expect(backup.visit(visitor)).rejects.toMatchObject(refusal(/damaged/));
      await backup.close();
      await writeFile(file, bytes);
    }
  });

  it('is also one that was unpacked and packed again, for nobody knows what happened in between', async () => {
    const file = await fileOf(gzipSync(gunzipSync(bytes)));
    await expect(restoreSessions(test.knex, { file })).rejects.toMatchObject(refusal(/damaged/));
  });
});

describe('a foreign file', () => {
  const DUMP = `--\n-- PostgreSQL database dump\n--\nSET client_encoding = 'UTF8';\nCOPY public.cross_app_sessions (id) FROM stdin;\n\\.\n`;

  it.each([
    ['an empty one', '', /is not a file that cross-app backup made/],
    ['one byte', '\x1f', /is not a file that cross-app backup made/],
    ['an empty gzip', gzipSync(''), /is not a file that cross-app backup made/],
    ['a plain dump of pg_dump', DUMP, /is not a file that cross-app backup made/],
    ['a dump that was packed', gzipSync(DUMP.padEnd(2000)), /is not a file that cross-app backup made/],
    ['random text', 'x'.repeat(5000), /is not a file that cross-app backup made/],
    [
      'random text, packed',
      gzipSync(Buffer.from('y\n'.repeat(50_000))),
      /is not a file that cross-app backup made/,
    ],
  ])('is refused: %s', async (_name, content, message) => {
    const file = await fileOf(content);
    await expect(restoreSessions(test.knex, { file, replace: true })).rejects.toMatchObject(refusal(message));
  });

  it('is refused where there is none, or a directory', async () => {
    const file = test.newFile();
    await expect(restoreSessions(test.knex, { file })).rejects.toMatchObject(refusal(/cannot be read/));
    await mkdir(file);
    await expect(restoreSessions(test.knex, { file })).rejects.toMatchObject(refusal(/is not a file that/));
  });
});

describe('a whole file that does not fit', () => {
  const COLUMNS = ['id', 'token_hash', 'user_id', 'expires_at'];
  const ROW = `1\t${hashOf('1')}\t11\t2026-01-31 12:00:00+00`;
  const SECTION = { table: 'public.cross_app_sessions', columns: COLUMNS, rows: [ROW] };

  async function header(
    change: (columns: { name: string; type: string }[]) => void = () => undefined,
  ): Promise<{
    version: number;
    tables: { sessions: { columns: { name: string; type: string }[] } };
  }> {
    const copy = JSON.parse(JSON.stringify((await readBackup(whole)).header)) as Awaited<
      ReturnType<typeof header>
    >;
    change(copy.tables.sessions.columns);
    return copy;
  }

  async function restoreForged(
    forged: object,
    sections: Parameters<typeof forge>[2] = [SECTION],
  ): Promise<unknown> {
    const file = test.newFile();
    await forge(file, forged, sections);
    return restoreSessions(test.knex, { file });
  }

  it('is refused when a newer version made it', async () => {
    const newer = { ...(await header()), version: 2 };
    await expect(restoreForged(newer)).rejects.toMatchObject(
      refusal(/newer version of cross-app \(format 2/),
    );
  });

  it('is refused when it has a column that the table has not', async () => {
    const wider = await header((columns) => columns.push({ name: 'colour', type: 'text' }));
    await expect(restoreForged(wider)).rejects.toMatchObject(
      refusal(/column colour, which the table has not/),
    );
  });

  it.each(['id', 'user_id', 'account_id'])('is refused when %s is of another type', async (name) => {
    const other = await header((columns) => {
      for (const column of columns) if (column.name === name) column.type = 'uuid';
    });
    await expect(restoreForged(other)).rejects.toMatchObject(refusal(/as uuid, and the table as/));
  });

  it('is refused when it lacks what every version has', async () => {
    const poorer = await header((columns) => columns.splice(1, 1));
    const section = { ...SECTION, columns: ['id'], rows: ['1'] };
    await expect(restoreForged(poorer, [section])).rejects.toMatchObject(refusal(/has no token_hash/));
  });

  it.each([
    ['a token that is not hashed', [ROW.replace(/[0-9a-f]{64}/, 'handoff_secret')]],
    ['the same token twice', [ROW, ROW.replace('1', '2')]],
    ['an id that is no number', [ROW.replace('1', 'one')]],
    ['a time that is none', [ROW.replace('2026-01-31', 'never')]],
    ['too few values', ['1']],
    ['no user', [ROW.replace('\t11\t', '\t\\N\t')]],
  ])('is refused when it has %s', async (_name, rows) => {
    await expect(restoreForged(await header(), [{ ...SECTION, rows }])).rejects.toMatchObject(
      refusal(/do not fit to the table/),
    );
  });

  it.each([
    ['another table', { ...SECTION, table: 'public.users' }],
    ['a column that its header does not have', { ...SECTION, columns: ['id', 'colour'] }],
  ])('is refused when a section is of %s', async (_name, section) => {
    await expect(restoreForged(await header(), [section])).rejects.toMatchObject(refusal(/damaged/));
  });

  it('is refused where there are no tables', async () => {
    await expect(restoreSessions(test.knex, { file: whole, sessionsTable: 'nobody' })).rejects.toMatchObject(
      refusal(/run cross-app migrate/),
    );
  });
});

it('a backup of an older version, with fewer columns, gets their defaults', async () => {
  const { header } = await readBackup(whole);
  const columns = ['id', 'token_hash', 'user_id', 'expires_at', 'created_at'];
  const older = JSON.parse(JSON.stringify(header), (key, value: unknown) =>
    key === 'columns' ? (value as { name: string }[]).filter(({ name }) => columns.includes(name)) : value,
  ) as object;
  const row = `900\t${hashOf('old')}\t11\t2026-01-31 12:00:00+00\t2026-01-31 11:45:00+00`;
  const file = test.newFile();
  await forge(file, older, [{ table: 'public.cross_app_sessions', columns, rows: [row] }]);
  for (const replace of [true, false]) {
    await restoreSessions(test.knex, { file, replace });
    const found = await test
      .knex('cross_app_sessions')
      .where({ token_hash: hashOf('old') })
      .first();
    expect(found).toMatchObject({
      replays: 0,
      source_app: 'tuvens',
      revoked_at: expect.any(Date),
      used_at: null,
    });
    expect(await contents(test.knex)).toHaveLength(replace ? 1 : 7);
    await empty(test.knex);
    await fill(test.knex, 4);
  }
  before = await contents(test.knex);
});
