const { execFile } = require('node:child_process');
const { readdirSync } = require('node:fs');
const path = require('node:path');
const { promisify } = require('node:util');
const { packageManager } = require('../../package.json');

const run = promisify(execFile);
const ROOT = path.resolve(__dirname, '../..');

/** Packs what would be published into `dir`; resolves to `{ '@cross-app/core': 'file:…tgz', … }`. */
async function packPackages(dir) {
  const args = ['--filter', './packages/*', 'pack', '--pack-destination', dir];
  await pnpm(args);
  const tarballs = readdirSync(dir).map((file) => [packageName(file), `file:${path.join(dir, file)}`]);
  return Object.fromEntries(tarballs);
}

// pnpm is on the PATH below turbo. npm pack is no replacement: it leaves `workspace:` as it is.
async function pnpm(args) {
  try {
    await run('pnpm', args, { cwd: ROOT });
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
    await run('npm', ['exec', '--yes', '--', packageManager, ...args], { cwd: ROOT });
  }
}

function packageName(file) {
  const [, name] = /^cross-app-([a-z]+)-\d/.exec(file);
  return `@cross-app/${name}`;
}

module.exports = { packPackages };
