import { existsSync, readdirSync, readFileSync } from 'node:fs';

const TICKS_PER_SECOND = 100; // of /proc on every Linux

/**
 * Seconds of processor time that all of a PostgreSQL server's processes have taken, those that have ended included.
 * Null where there is no /proc.
 */
export function postgresSeconds(postmasterPid) {
  if (!existsSync('/proc/self/stat')) return null;
  for (;;) {
    const before = readChildren(postmasterPid);
    const postmaster = readStat(postmasterPid);
    // One that ended in between would be counted twice, or not at all.
    if (String(readChildren(postmasterPid).map(({ pid }) => pid)) !== String(before.map(({ pid }) => pid)))
      continue;
    const ticks = before.reduce((sum, { own }) => sum + own, postmaster.own + postmaster.ended);
    return ticks / TICKS_PER_SECOND;
  }
}

/** Seconds of processor time of this process. */
export function ownSeconds() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000_000;
}

function readChildren(parentPid) {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(readStat)
    .filter((stat) => stat?.parent === parentPid);
}

// The name, in brackets, may hold blanks: the fields are counted from its end.
function readStat(pid) {
  try {
    const line = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
    const [user, system, endedUser, endedSystem] = fields.slice(11, 15).map(Number);
    return { pid, parent: Number(fields[1]), own: user + system, ended: endedUser + endedSystem };
  } catch {
    return null; // it has ended
  }
}
