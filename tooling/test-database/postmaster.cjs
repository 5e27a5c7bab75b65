// PostgreSQL's main process on a cluster.
const { spawn } = require('node:child_process');
const { readFileSync } = require('node:fs');
const path = require('node:path');
const { setTimeout: delay } = require('node:timers/promises');
const { configure } = require('./cluster.cjs');
const { freePort } = require('./free-port.cjs');

const START_MS = 60_000;
const STOP_MS = 15_000;
const ATTEMPTS = 40;
const ATTEMPTS_ON_ONE_PORT = 20;

/** Starts the server on the port that its cluster is configured for; on another if that one stays taken. */
async function startPostmaster(cluster) {
  for (let attempt = 1; ; attempt += 1) {
    const postmaster = launch(cluster);
    const failure = await readiness(postmaster);
    if (failure === undefined) return postmaster;
    // The port is someone else's by now, or processes of a server that crashed are still about.
    if (attempt === ATTEMPTS || !/ in use/.test(failure)) {
      await stopPostmaster(postmaster, 'SIGKILL');
      throw new Error(`PostgreSQL did not start: ${failure}`);
    }
    if (attempt % ATTEMPTS_ON_ONE_PORT === 0) await choosePort(cluster);
    await delay(100);
  }
}

async function choosePort(cluster) {
  configure(cluster, [`port=${await freePort()}`]);
}

function launch({ user, dir, data, bin }) {
  const child = spawn(path.join(bin, 'postgres'), ['-D', data], {
    ...user,
    cwd: dir,
    stdio: ['ignore', 'ignore', 'pipe'],
    windowsHide: true,
  });
  const postmaster = { child, data, log: '' };
  child.stderr.on('data', (chunk) => {
    postmaster.log = `${postmaster.log}${chunk}`.slice(-4000);
  });
  postmaster.ended = new Promise((resolve) => {
    child.once('close', resolve);
    child.once('error', (error) => {
      postmaster.log = error.message;
      resolve();
    });
  });
  return postmaster;
}

// undefined when it is ready, else why it is not.
async function readiness(postmaster) {
  let failure;
  void postmaster.ended.then(() => {
    failure = inOneLine(postmaster.log) || 'it ended without a word';
  });
  const deadline = Date.now() + START_MS;
  while (failure === undefined && Date.now() < deadline) {
    if (status(postmaster)?.ready) return undefined;
    await delay(5);
  }
  return failure ?? `it was not ready after ${START_MS / 1000} s`;
}

// Without the time stamps that its lines begin with.
function inOneLine(log) {
  const lines = log.trim().split('\n');
  return lines.map((line) => line.replace(/^[^[]* \[\d+\] \w+:\s+/, '')).join('; ');
}

/** What the server writes about itself in postmaster.pid; undefined as long as that is another server's. */
function status({ child, data }) {
  try {
    const lines = readFileSync(path.join(data, 'postmaster.pid'), 'utf8').split('\n');
    if (Number(lines[0]) !== child.pid) return undefined;
    return { port: Number(lines[3]), ready: lines[7]?.trim() === 'ready' };
  } catch {
    return undefined;
  }
}

// `ended` is when its last process has closed stderr, not only the main one.
async function stopPostmaster({ child, ended }, signal) {
  child.kill(signal);
  const tooLong = delay(STOP_MS).then(() => child.kill('SIGKILL'));
  await Promise.race([ended, tooLong]);
}

module.exports = { choosePort, startPostmaster, status, stopPostmaster };
