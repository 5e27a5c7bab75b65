// A cluster is what initdb makes: the data directory of one PostgreSQL server.
const { execFileSync } = require('node:child_process');
const {
  appendFileSync,
  chmodSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statfsSync,
  writeFileSync,
} = require('node:fs');
const { tmpdir } = require('node:os');
const path = require('node:path');
const { copiedBinaries, copyBinaries, packagedBinaries } = require('./binaries.cjs');
const { giveTo, isReachable, unprivilegedUser } = require('./unprivileged-user.cjs');

const LOOPBACK_ONLY = ['listen_addresses=127.0.0.1', 'unix_socket_directories='];
// As files of the cluster: shared memory would stay behind after a crash, and in containers it is scarce.
const DYNAMIC_MEMORY = process.platform === 'win32' ? [] : ['dynamic_shared_memory_type=mmap'];
const NOT_DURABLE = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off'];
// A promoted one waits for nobody, and asks its primary again soon.
const AS_STANDBY = ['synchronous_standby_names=', 'wal_retrieve_retry_interval=100ms'];
const MEMORY = '/dev/shm';
const ROOM_BYTES = 2 * 1024 ** 3;

/** An empty one in a temporary folder; its settings are in its postgresql.conf. */
function createCluster({ flags, durable }) {
  const user = unprivilegedUser();
  const packaged = packagedBinaries();
  const closed = !isReachable(path.join(packaged, 'postgres'), user);
  // What is in memory may not be executable.
  const parent = durable || closed || !memoryHasRoom() ? temporaryFolder(user) : MEMORY;
  const dir = mkdtempSync(path.join(parent, 'cross-app-postgres-'));
  try {
    const bin = closed ? copyBinaries(packaged, dir) : packaged;
    const cluster = { user, dir, bin, data: path.join(dir, 'data') };
    initialize(cluster);
    const speed = durable ? [] : NOT_DURABLE;
    configure(cluster, [...LOOPBACK_ONLY, ...DYNAMIC_MEMORY, ...speed, 'max_connections=200', ...flags]);
    return cluster;
  } catch (error) {
    rmSync(dir, { recursive: true, force: true });
    throw error;
  }
}

/** One that an earlier server kept. */
function openCluster(dir) {
  const data = path.join(dir, 'data');
  if (!existsSync(path.join(data, 'PG_VERSION'))) throw new Error(`No PostgreSQL server was kept in ${dir}.`);
  const copied = copiedBinaries(dir);
  return { user: unprivilegedUser(), dir, bin: existsSync(copied) ? copied : packagedBinaries(), data };
}

/** One with the data of another, whose server is stopped. It follows the server at `source`, or none if that is ''. */
function copyCluster({ copyOf, source, flags }) {
  const original = openCluster(copyOf);
  const { user } = original;
  const dir = mkdtempSync(path.join(path.dirname(copyOf), 'cross-app-postgres-'));
  try {
    cpSync(copyOf, dir, { recursive: true, verbatimSymlinks: true });
    const data = path.join(dir, 'data');
    writeFileSync(path.join(data, 'standby.signal'), '');
    chmodSync(data, 0o700);
    giveTo(user, dir, ...readdirSync(dir, { recursive: true }).map((name) => path.join(dir, name)));
    const cluster = openCluster(dir);
    // Over what ALTER SYSTEM has set in the original, which may have been a standby itself.
    configure(cluster, [`primary_conninfo=${source}`, ...AS_STANDBY, ...flags], 'postgresql.auto.conf');
    return cluster;
  } catch (error) {
    rmSync(dir, { recursive: true, force: true });
    throw error;
  }
}

function removeCluster({ dir }) {
  rmSync(dir, { recursive: true, force: true });
}

/** Adds `name=value` settings: of two values for a name the later one counts. */
function configure({ data }, settings, file = 'postgresql.conf') {
  const lines = settings.map((setting) => {
    const [name, ...value] = setting.split('=');
    return `${name} = '${value.join('=').replaceAll("'", "''")}'\n`;
  });
  appendFileSync(path.join(data, file), lines.join(''));
}

// On some disks the 300 files of a new database take ten times as long as in memory.
function memoryHasRoom() {
  if (process.env.TMPDIR || !existsSync(MEMORY)) return false;
  const { bavail, bsize } = statfsSync(MEMORY);
  return bavail * bsize > ROOM_BYTES;
}

// Root's TMPDIR may be closed to the user that PostgreSQL runs as.
function temporaryFolder(user) {
  return isReachable(path.join(tmpdir(), 'any'), user) ? tmpdir() : '/tmp';
}

function initialize({ user, dir, data, bin }) {
  const password = path.join(dir, 'password');
  writeFileSync(password, 'postgres\n');
  giveTo(user, dir, password);
  const login = ['--username=postgres', `--pwfile=${password}`, '--auth=scram-sha-256'];
  const options = ['--encoding=UTF8', '--locale=C', '--no-sync', ...login, `--pgdata=${data}`];
  try {
    execFileSync(path.join(bin, 'initdb'), options, { ...user, cwd: dir, stdio: 'pipe' });
  } catch (error) {
    const reason = String(error.stderr ?? '').trim() || error.message;
    throw new Error(`PostgreSQL does not run here; set DATABASE_URL to a server of your own (${reason})`, {
      cause: error,
    });
  }
}

module.exports = { configure, copyCluster, createCluster, openCluster, removeCluster };
