import { crossApp, openScratch } from '../cross-app.js';
import type { Scratch } from '../cross-app.js';

describe.each(['plain', 'partitioned'])('cross-app stats, %s', (layout) => {
  let scratch: Scratch;
  let today: string;
  beforeAll(async () => {
    scratch = await openScratch();
    await scratch.crossApp('migrate', '--with-user-tables', '--layout', layout);
    await scratch.knex.raw("INSERT INTO users (id, email) VALUES (11, 'ada@example.com')");
    const { rows } = await scratch.knex.raw<{ rows: { today: string }[] }>(
      "SELECT (now() AT TIME ZONE 'UTC')::date::text AS today",
    );
    today = rows[0]?.today ?? '';
    await insert({ daysAgo: 1, seconds: 2, replays: 2 });
    await insert({ daysAgo: 1, seconds: 4 });
    await insert({ daysAgo: 1, app: '=shop' });
    await insert({ daysAgo: 2, app: '=shop', table: 'cross_app_sessions_archive' });
  });
  afterAll(() => scratch.close());

  interface Inserted {
    readonly daysAgo: number;
    /** From issue to redeem; not redeemed without. */
    readonly seconds?: number;
    readonly app?: string;
    readonly replays?: number;
    readonly table?: string;
  }
  let made = 0;
  async function insert({ daysAgo, seconds, app, replays, table }: Inserted): Promise<void> {
    made += 1;
    const noon = `${dayBefore(daysAgo)}T12:00:00Z`;
    const after = (more: number) =>
      scratch.knex.raw("?::timestamptz + ? * interval '1 second'", [noon, more]);
    await scratch.knex(table ?? 'cross_app_sessions').insert({
      token_hash: String(made).padStart(64, '0'),
      user_id: 11,
      created_at: noon,
      expires_at: after(900),
      used_at: seconds === undefined ? null : after(seconds),
      target_app: app ?? 'hi-events',
      replays: replays ?? 0,
    });
  }
  const dayBefore = (days: number): string =>
    new Date(Date.parse(today) - days * 86_400_000).toISOString().slice(0, 10);

  it('prints a line for each day and their sum, with blanks between in a pipe', async () => {
    expect(await scratch.crossApp('stats', '--days', '3')).toEqual({
      exitCode: 0,
      out: `date        created  used  revoked  expired  replays   median     95th
${today}        0     0        0        0        0        –        –
${dayBefore(1)}        3     2        0        1        2  3.000 s  3.900 s
${dayBefore(2)}        1     0        0        1        0        –        –
3 days            4     2        0        2        2  3.000 s  3.900 s
`,
      error: '',
    });
  });

  it('shows seven days unless told otherwise, and the same when run twice', async () => {
    const first = await scratch.crossApp('stats');
    expect(first.out.split('\n')).toHaveLength(1 + 7 + 1 + 1);
    expect(first.out).toContain(`${dayBefore(6)}  `);
    expect(await scratch.crossApp('stats')).toEqual(first);
  });

  it('by target app has a line for each', async () => {
    expect((await scratch.crossApp('stats', '--days', '2', '--by-target-app')).out).toBe(
      `date        target app  created  used  revoked  expired  replays   median     95th
${today}  =shop             0     0        0        0        0        –        –
${today}  hi-events         0     0        0        0        0        –        –
${dayBefore(1)}  =shop             1     0        0        1        0        –        –
${dayBefore(1)}  hi-events         2     2        0        0        2  3.000 s  3.900 s
2 days                        3     2        0        1        2  3.000 s  3.900 s
`,
    );
  });

  it('draws lines and a chart on a terminal, as wide as that is', async () => {
    const show = async (columns: number) =>
      (await crossApp(['stats', '--days', '3'], scratch.url, { columns })).out;
    const wide = await show(100);
    expect(wide).toContain('│ date       │ created │');
    expect(wide).toMatch(/\ncreated\n +▲\n *3┤[^]*\n *0┤/);
    expect(wide).toContain(dayBefore(2).slice(5));
    expect(wide.split('\n').filter((line) => line.length > 100)).toEqual([]);
    expect(wide).not.toContain('\u001b');
    const narrow = await show(76);
    expect(narrow).toMatch(/^date {8}created/);
    expect(narrow.split('\n').filter((line) => line.length > 76)).toEqual([]);
  });

  it('draws no chart of one day', async () => {
    const { out } = await crossApp(['stats', '--days', '1'], scratch.url, { columns: 100 });
    expect(out).not.toContain('▲');
  });

  it('with --json prints what the function returns', async () => {
    const { out } = await scratch.crossApp('stats', '--days', '2', '--json');
    expect(JSON.parse(out)).toMatchObject({
      from: dayBefore(1),
      to: today,
      days: [
        { date: today, created: 0, medianSecondsToRedeem: null },
        {
          date: dayBefore(1),
          created: 3,
          used: 2,
          expiredUnused: 1,
          replaysRefused: 2,
          p95SecondsToRedeem: 3.9,
        },
      ],
      totals: { created: 3, medianSecondsToRedeem: 3 },
    });
    expect(out).toMatch(/^\{.*\}\n$/);
  });

  it('with --csv prints lines for a spreadsheet, which takes nothing in them for a formula', async () => {
    expect((await scratch.crossApp('stats', '--days', '2', '--csv')).out).toBe(
      `date,created,used,revoked,expired_unused,replays_refused,median_seconds_to_redeem,p95_seconds_to_redeem
${today},0,0,0,0,0,,
${dayBefore(1)},3,2,0,1,2,3,3.9
`,
    );
    const { out } = await scratch.crossApp('stats', '--days', '2', '--csv', '--by-target-app');
    expect(out.split('\n').slice(0, 2)).toEqual([
      'date,target_app,created,used,revoked,expired_unused,replays_refused,median_seconds_to_redeem,p95_seconds_to_redeem',
      `${today},'=shop,0,0,0,0,0,,`,
    ]);
  });

  it.each([
    [['--days', '0'], /--days <number>.*whole number from 1 to 366/],
    [['--days', 'week'], /whole number from 1 to 366/],
    [['--json', '--csv'], /cannot be used with/],
    [['--sessions-table', 'a b'], /--sessions-table <name>.*must be a name/],
  ])('refuses %j', async (args, sentence) => {
    const { exitCode, out, error } = await scratch.crossApp('stats', ...args);
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' });
    expect(error).toMatch(sentence);
  });

  it('names the table to look at, and says what to do when it is not there', async () => {
    const found = await scratch.crossApp('stats', '--sessions-table', 'public.cross_app_sessions');
    expect(found.exitCode).toBe(0);
    const { exitCode, error } = await scratch.crossApp('stats', '--sessions-table', 'other');
    expect(error).toMatch(/^error: There is no other here .* run cross-app migrate[^\n]+\n$/);
    expect(exitCode).toBe(1);
  });
});

it('cross-app stats without handoffs, by target app, says so', async () => {
  const scratch = await openScratch();
  await scratch.crossApp('migrate', '--with-user-tables');
  const { out } = await scratch.crossApp('stats', '--by-target-app');
  expect(out).toMatch(/^no handoffs from \d{4}-\d\d-\d\d to \d{4}-\d\d-\d\d\n$/);
  await scratch.close();
});
