// The server that tests use: the one that `with-postgres` has opened already, DATABASE_URL's, or our own.
const path = require('node:path');
const { keptDatabases, withClient } = require('./databases.cjs');
const { PREFIX } = require('./names.cjs');
const { startPostgres } = require('./server.cjs');

async function openTestServer() {
  const { CROSS_APP_TEST_SERVER: open, DATABASE_URL: given } = process.env;
  if (open) return { url: open, close: async () => {} };
  if (!given) return openOwn();
  await check(given);
  return { url: given, close: async () => {} };
}

async function openOwn() {
  const server = await startPostgres();
  return { url: server.url, close: () => closeOwn(server) };
}

async function closeOwn(server) {
  const kept = await withClient(server.url, (client) => keptDatabases(client, PREFIX));
  await server.stop({ keep: kept.length > 0 });
  if (kept.length === 0) return;
  const command = `node ${path.join(__dirname, 'reopen.cjs')} ${server.dir}`;
  process.stderr.write(
    `The databases of failed test files are kept. To start their server again: ${command}\n`,
  );
}

async function check(url) {
  if (!URL.canParse(url) || !/^postgres(ql)?:$/.test(new URL(url).protocol)) {
    throw new Error('DATABASE_URL is not a URL like postgres://user:password@localhost:5432/postgres.');
  }
  if (!(await mayCreateDatabases(url))) throw new Error('The user of DATABASE_URL may not create databases.');
}

async function mayCreateDatabases(url) {
  const role = 'SELECT rolsuper OR rolcreatedb AS allowed FROM pg_roles WHERE rolname = current_user';
  try {
    const { rows } = await withClient(url, (client) => client.query(role));
    return rows[0].allowed;
  } catch (error) {
    const reason = error.message || error.code;
    const message = `DATABASE_URL leads to no usable PostgreSQL server at ${new URL(url).host} (${reason}).`;
    throw new Error(message, { cause: error });
  }
}

module.exports = { openTestServer };
