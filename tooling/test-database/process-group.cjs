// Runs a command in a process group of its own and passes each signal on to the whole group, once:
// Ctrl-C in a terminal reaches only us that way, and a plain `kill` of us alone reaches everything below.
// Needs nothing but Node: tooling/bootstrap.mjs loads it before anything is installed.
const { spawn } = require('node:child_process');
const { constants } = require('node:os');
const { setTimeout: delay } = require('node:timers/promises');

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];
const GRACE_MS = 15_000;
const windows = process.platform === 'win32'; // has no process groups

function signalGroup(pid, signal) {
  try {
    return process.kill(windows ? pid : -pid, signal);
  } catch {
    return false; // nobody is left in it
  }
}

// The command may end before what it started does: npm leaves its script's children behind.
async function groupEnds(pid) {
  const deadline = Date.now() + GRACE_MS;
  while (signalGroup(pid, 0) && Date.now() < deadline) await delay(50);
  signalGroup(pid, 'SIGKILL');
}

function ending(child) {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(code ?? 128 + constants.signals[signal]));
  });
}

/** Resolves to the command's exit code, 128 + the signal's number when a signal ended it. */
async function runInGroup(command, args, { onSpawn = () => {}, ...options } = {}) {
  const child = spawn(command, args, { ...options, detached: !windows, shell: windows });
  onSpawn(child);
  let interrupted = false;
  const forward = (signal) => {
    interrupted = true;
    signalGroup(child.pid, signal);
  };
  for (const signal of SIGNALS) process.on(signal, forward);
  try {
    const code = await ending(child);
    if (interrupted) await groupEnds(child.pid);
    return code;
  } finally {
    for (const signal of SIGNALS) process.off(signal, forward);
  }
}

module.exports = { runInGroup };
