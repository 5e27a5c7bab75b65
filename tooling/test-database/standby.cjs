// A second server that has what the first one has, by streaming replication: what a failover needs.
const { setTimeout: delay } = require('node:timers/promises');
const { withClient } = require('./databases.cjs');
const { PostgresServer } = require('./server.cjs');

const WAIT_MS = 30_000;

async function startStandby(primary, { flags = [] } = {}) {
  const { hostname, port, username, password } = new URL(primary.url);
  const source = `host=${hostname} port=${port} user=${username} password=${password}`;
  const standby = new StandbyServer(primary, { copyOf: primary.dir, source, flags });
  await primary.halt();
  try {
    await standby.start();
  } finally {
    await primary.restart();
  }
  try {
    await standby.caughtUp();
    return standby;
  } catch (error) {
    await standby.stop();
    throw error;
  }
}

class StandbyServer extends PostgresServer {
  #primary;

  constructor(primary, request) {
    super(request);
    this.#primary = primary;
  }

  async caughtUp() {
    const end = await value(this.#primary.url, 'SELECT pg_current_wal_insert_lsn()');
    await this.#until(`SELECT pg_last_wal_replay_lsn() >= '${end}'`, 'has not what its primary has');
  }

  async cutOff() {
    await value(this.url, "ALTER SYSTEM SET primary_conninfo = ''");
    await value(this.url, 'SELECT pg_reload_conf()');
    await this.#until('SELECT NOT EXISTS (SELECT FROM pg_stat_wal_receiver)', 'still follows its primary');
  }

  async promote() {
    if (!(await value(this.url, 'SELECT pg_promote()'))) throw new Error('The standby was not promoted.');
  }

  async #until(question, otherwise) {
    const deadline = Date.now() + WAIT_MS;
    while (!(await value(this.url, question))) {
      if (Date.now() > deadline) throw new Error(`After ${WAIT_MS / 1000} s the standby ${otherwise}.`);
      await delay(10);
    }
  }
}

/** The first column of the first row. */
async function value(url, text) {
  const { rows } = await withClient(url, (client) => client.query({ text, rowMode: 'array' }));
  return rows[0]?.[0];
}

module.exports = { startStandby };
