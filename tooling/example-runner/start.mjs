/* global fetch */
// `npm run example NAME`, once everything is built: an example on an embedded PostgreSQL, or the empty database of
// DATABASE_URL, with each of its apps in a process of its own.
import { execFile, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startPostgres } from '@cross-app/test-database/server';

const EXAMPLES = fileURLToPath(new URL('../../examples', import.meta.url));
const CLI = createRequire(import.meta.url)
  .resolve('@cross-app/cli/package.json')
  .replace('package.json', 'dist/main.js');
const END_WITH_PARENT = new URL('end-with-parent.mjs', import.meta.url).href;
const URLS = {
  TUVENS_URL: process.env.TUVENS_URL || 'http://localhost:3000',
  HI_EVENTS_URL: process.env.HI_EVENTS_URL || 'http://localhost:4000',
};
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];

const interrupted = Promise.race(SIGNALS.map((signal) => once(process, signal))).then(() => null);

async function main([name, ...others]) {
  const folder = join(EXAMPLES, name ?? '.');
  if (name === undefined || others.length > 0 || !existsSync(join(folder, 'package.json'))) {
    console.error(`usage: npm run example NAME, one of ${readdirSync(EXAMPLES).join(', ')}`);
    return 2;
  }
  for (const name of Object.keys(URLS)) await demandFreePort(name);
  const { DATABASE_URL: given } = process.env;
  const server = given ? undefined : await startPostgres();
  try {
    return await run(folder, given || server.url);
  } finally {
    await server?.stop();
  }
}

async function run(folder, databaseUrl) {
  const env = {
    ...process.env,
    DATABASE_URL: databaseUrl,
    ...URLS,
    HI_EVENTS_SHARED_SECRET: randomBytes(32).toString('base64url'),
  };
  // What the README of the examples tells to do with an app that has no users yet.
  await crossApp(['migrate', '--with-user-tables'], env);
  await crossApp(['seed'], env);
  const { scripts } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const apps = ['tuvens', 'hi-events'].map((app) => startApp(folder, scripts[app], env));
  // Whichever app ends by itself has failed, and has said why.
  const failed = Promise.race(apps.map(({ ended }) => ended));
  try {
    const up = Promise.all([env.TUVENS_URL, env.HI_EVENTS_URL].map((url) => untilUp(url, failed)));
    if ((await Promise.race([up, failed, interrupted])) === null) return 0;
    if (apps.some(({ hasEnded }) => hasEnded())) return 1;
    console.log(`Open ${env.TUVENS_URL}, sign in and press the button. Ctrl-C stops everything.`);
    await Promise.race([failed, interrupted]);
    // Ctrl-C in a terminal reaches the apps too, and one of them may be first.
    return (await Promise.race([interrupted, delay(200, 1)])) ?? 0;
  } finally {
    await Promise.all(apps.map(({ stop }) => stop()));
  }
}

// Else whoever has it would be taken for the app.
async function demandFreePort(name) {
  const { hostname, port } = new URL(URLS[name]);
  const probe = createServer().listen(port, hostname);
  await once(probe, 'listening').catch(({ code }) => {
    throw new Error(
      `${URLS[name]} cannot be used (${code}): set ${name}, such as ${name}=http://localhost:3100.`,
    );
  });
  probe.close();
  await once(probe, 'close');
}

// Its tokens are printed for whoever seeds by hand; here nobody needs them.
async function crossApp(args, env) {
  await promisify(execFile)(process.execPath, [CLI, ...args], { env: { ...env, NODE_ENV: 'development' } });
}

// Not through npm: it would end without its app.
function startApp(folder, script, env) {
  const [, file] = /^node (\S+)$/.exec(script);
  const child = fork(join(folder, file), {
    cwd: folder,
    env,
    execArgv: ['--import', END_WITH_PARENT],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const ended = once(child, 'exit');
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null;
  return {
    ended,
    hasEnded,
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

async function untilUp(url, failed) {
  let isOver = false;
  void failed.then(() => (isOver = true));
  while (!isOver) {
    const answers = await fetch(url).then(
      (reply) => reply.body?.cancel() ?? true,
      () => false,
    );
    if (answers !== false) return;
    await delay(50);
  }
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error) => {
    console.error(error.stderr || error.message);
    process.exitCode = 1;
  },
);
