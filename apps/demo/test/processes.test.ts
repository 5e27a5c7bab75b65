import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createTestDatabase } from '@cross-app/test-database';
import {
  appProcesses,
  expectGone,
  isRunning,
  leftovers,
  postgresPid,
  ready,
  start,
  urlOf,
} from './demo-run.js';
import type { Run } from './demo-run.js';

jest.setTimeout(60_000);

const HTTP = { HI_EVENTS_REDEEM: 'http' };

async function pidsOf(run: Run): Promise<{ printed: string; tuvens: number; hiEvents: number }> {
  const printed = await ready(run);
  const [tuvens = { pid: 0 }, hiEvents = { pid: 0 }] = appProcesses(run);
  expect(isRunning(tuvens.pid) && isRunning(hiEvents.pid)).toBe(true);
  return { printed, tuvens: tuvens.pid, hiEvents: hiEvents.pid };
}

it('has no other processes when the apps share the database', async () => {
  const run = start([]);
  await ready(run);
  expect(appProcesses(run)).toEqual([]);
  run.child.kill('SIGTERM');
  expect((await run.ended).code).toBe(0);
});

it('runs each app in a process of its own, whose command line says nothing secret', async () => {
  const secret = 'canary'.repeat(8);
  const { url } = await createTestDatabase();
  const run = start([], { ...HTTP, DATABASE_URL: url, HI_EVENTS_SHARED_SECRET: secret });
  await ready(run);
  const processes = appProcesses(run);
  expect(processes.map(({ commandLine }) => /[^/]+$/.exec(commandLine)?.[0])).toEqual([
    'tuvens.js',
    'hi-events.js',
  ]);
  for (const { commandLine } of processes) {
    expect(commandLine).not.toContain('canary');
    expect(commandLine).not.toContain('postgres');
  }
  run.child.kill('SIGTERM');
  await run.ended;
});

it('stops every process at SIGTERM', async () => {
  const run = start([], HTTP);
  const { printed, tuvens, hiEvents } = await pidsOf(run);
  for (const app of ['Tuvens', 'Hi.Events'] as const) {
    expect((await fetch(urlOf(app, printed))).status).toBe(200); // and its connection stays open
  }
  const postgres = postgresPid();
  run.child.kill('SIGTERM');
  run.child.kill('SIGTERM');
  const { code, stderr } = await run.ended;
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect([tuvens, hiEvents, postgres].filter(isRunning)).toEqual([]);
  expect(leftovers()).toEqual([]);
});

it('stops in order at a Ctrl-C that reaches the whole group, even while the apps start', async () => {
  const run = start([], HTTP, { group: true });
  while (appProcesses(run).length < 2) await new Promise((resolve) => setTimeout(resolve, 10));
  const apps = appProcesses(run);
  process.kill(-(run.child.pid ?? Number.NaN), 'SIGINT');
  const { code, stderr } = await run.ended;
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(apps.filter(({ pid }) => isRunning(pid))).toEqual([]);
  expect(leftovers()).toEqual([]);
});

it.each(['tuvens', 'hiEvents'] as const)(
  'ends with an error when %s dies, and nothing is left',
  async (app) => {
    const run = start([], HTTP);
    const pids = await pidsOf(run);
    const postgres = postgresPid();
    process.kill(pids[app], 'SIGKILL');
    const { code, stderr } = await run.ended;
    const name = app === 'tuvens' ? 'Tuvens' : 'Hi.Events';
    expect({ code, stderr }).toEqual({ code: 1, stderr: `${name} has ended by itself (SIGKILL).\n` });
    expect([pids.tuvens, pids.hiEvents, postgres].filter(isRunning)).toEqual([]);
    expect(leftovers()).toEqual([]);
  },
);

it('ends the apps when the demo itself is killed', async () => {
  const run = start([], HTTP);
  const { tuvens, hiEvents } = await pidsOf(run);
  const postgres = postgresPid();
  run.child.kill('SIGKILL');
  await run.ended;
  for (const pid of [tuvens, hiEvents, postgres]) await expectGone(pid);
});

it.each(['TUVENS_PORT', 'HI_EVENTS_PORT'])('says in one sentence that %s is busy', async (setting) => {
  const other = createServer().listen(0);
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const { code, stdout, stderr } = await start([], { ...HTTP, [setting]: String(port) }).ended;
  other.close();
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(new RegExp(`^Port ${port} is in use: [^\\n]*${setting}[^\\n]*\\n$`));
  expect(leftovers()).toEqual([]);
});

it('names the app in each line of the log', async () => {
  const run = start([], HTTP);
  const printed = await ready(run);
  const token = `handoff_${'A'.repeat(43)}`;
  const reply = await fetch(`${urlOf('Hi.Events', printed)}/auth/cross-app?session_token=${token}`);
  expect(reply.status).toBe(400);
  await fetch(`${urlOf('Tuvens', printed)}/api/cross-app/validate-session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ session_token: token }),
  });
  run.child.kill('SIGTERM');
  const { stderr } = await run.ended;
  expect(stderr).toMatch(/^Hi\.Events: cross-app sign-in-landing refused: token_malformed, error id \w+$/m);
  expect(stderr).toMatch(/^Tuvens: the API refused a call: client_unauthenticated$/m);
  expect(stderr).not.toContain(token);
});

it('lets Hi.Events reach the API at TUVENS_API_URL, with the patience that was set', async () => {
  let calls = 0;
  const api = createServer((_req, res) => {
    calls += 1;
    res.writeHead(502).end();
  }).listen(0, '127.0.0.1');
  await once(api, 'listening');
  const { port } = api.address() as AddressInfo;
  const env = { ...HTTP, TUVENS_API_URL: `http://127.0.0.1:${port}`, HI_EVENTS_RETRIES: '3' };
  const { code, stdout } = await start(['--once'], env).ended;
  api.close();
  expect(code).toBe(1);
  expect(stdout).toContain('✗ step 2 failed');
  expect(stdout).toContain('log: Hi.Events: cross-app sign-in-landing failed: store_unavailable');
  expect(calls).toBe(4);
});
