// A pooler as many have it between their apps and PostgreSQL. npm has none, so it is there only where it is installed.
const { spawn } = require('node:child_process');
const { once } = require('node:events');
const { accessSync, chmodSync, constants, mkdtempSync, rmSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { delimiter, join } = require('node:path');
const { freePort } = require('./free-port.cjs');

// Debian keeps it out of the path of ordinary users.
const pgbouncer = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin']
  .map((folder) => join(folder, 'pgbouncer'))
  .find(isExecutable);

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

async function startPgBouncer(program, databaseUrl, { poolMode, settings = [] }) {
  const { hostname, port, username, password, pathname } = new URL(databaseUrl);
  const dir = mkdtempSync(join(tmpdir(), 'cross-app-pgbouncer-'));
  chmodSync(dir, 0o755); // it may run as another user
  const listenPort = await freePort();
  const file = join(dir, 'pgbouncer.ini');
  writeFileSync(
    file,
    `[databases]
* = host=${hostname} port=${port} user=${username} password=${decodeURIComponent(password)}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${listenPort}
unix_socket_dir =
auth_type = any
pool_mode = ${poolMode}
${settings.join('\n')}
`,
  );
  // It refuses to run as root.
  const child = spawn(program, [...(process.getuid?.() === 0 ? ['-u', 'nobody'] : []), file], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = once(child, 'exit');
  await untilUp(child.stderr, ended);
  child.stderr.resume();
  return {
    url: `postgres://${username}:any@127.0.0.1:${listenPort}${pathname}`,
    async stop() {
      child.kill('SIGKILL');
      await ended;
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

async function untilUp(log, ended) {
  let text = '';
  const up = new Promise((resolve) => {
    log.on('data', (chunk) => {
      text += String(chunk);
      if (text.includes('process up')) resolve();
    });
  });
  const died = ended.then(() => {
    throw new TypeError(`PgBouncer did not start: ${text}`);
  });
  await Promise.race([up, died]);
  died.catch(() => undefined);
}

module.exports = { pgbouncer, startPgBouncer };
