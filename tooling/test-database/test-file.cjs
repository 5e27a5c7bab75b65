// The test file under way: jest's environment opens it and hears of failures, the file's own code adds its
// databases. Jest loads this module separately on either side, so the global object is where they meet.
const { dropDatabase, keepDatabase, urlOf, withClient } = require('./databases.cjs');

const KEY = Symbol.for('cross-app.test-file');

function openTestFile(global, path) {
  const file = { path, failed: false, databases: new Set() };
  global[KEY] = file;
  return file;
}

function currentTestFile() {
  const file = globalThis[KEY];
  if (file === undefined) throw new Error('A test database needs the jest preset with { database: true }.');
  return file;
}

/** Drops the database, or keeps it and says so when its test file has failed. */
async function closeDatabase(file, name) {
  if (!file.databases.delete(name)) return;
  const server = process.env.CROSS_APP_TEST_SERVER;
  await withClient(server, async (client) => {
    if (!file.failed) return dropDatabase(client, name);
    await keepDatabase(client, name, `${file.path} failed`);
    process.stderr.write(
      `${file.path} failed; its database is kept: psql ${withoutPassword(urlOf(name, server))}\n`,
    );
  });
}

/** For what the test file did not close itself. */
async function closeTestFile(file) {
  for (const name of file.databases) await closeDatabase(file, name);
}

function withoutPassword(url) {
  const shown = new URL(url);
  shown.password = '';
  return shown.href;
}

module.exports = { closeDatabase, closeTestFile, currentTestFile, openTestFile };
