const { fork } = require('node:child_process');
const { mkdtempSync } = require('node:fs');
const { tmpdir } = require('node:os');
const path = require('node:path');
const startDatabase = require('@cross-app/test-database/global-setup');
const { createProjects } = require('./create-projects.cjs');
const { packPackages } = require('./pack-packages.cjs');

/** Once in a jest run: the packages are packed and installed, and the tests find them below this folder. */
module.exports = async () => {
  const dir = mkdtempSync(path.join(tmpdir(), 'cross-app-consumers-'));
  process.env.CROSS_APP_CONSUMERS = dir;
  globalThis.crossAppJanitor = startJanitor(dir);
  await createProjects(dir, await packPackages(path.join(dir, 'tarballs')));
  await startDatabase();
};

function startJanitor(dir) {
  const janitor = fork(require.resolve('./janitor.cjs'), [dir], {
    detached: true, // Ctrl-C must not reach it
    execArgv: [],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  janitor.unref();
  janitor.channel.unref();
  return janitor;
}
