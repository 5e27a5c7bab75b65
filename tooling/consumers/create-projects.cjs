// Scratch projects as a user has them, outside of the workspace: one for each module system and Express.
const { execFile } = require('node:child_process');
const { cpSync, mkdirSync, writeFileSync } = require('node:fs');
const path = require('node:path');
const { promisify } = require('node:util');

const run = promisify(execFile);
const versionOf = (name) => require(`${name}/package.json`).version;

// The versions of the workspace's catalog. The types of Express 4, tsx and commander are nobody else's.
const EXPRESS = {
  express4: { express: versionOf('express4'), '@types/express': '4.17.25' },
  express5: { express: versionOf('express'), '@types/express': versionOf('@types/express') },
};
const OTHERS = {
  knex: versionOf('knex'),
  objection: versionOf('objection'),
  pg: versionOf('pg'),
  '@types/node': versionOf('@types/node'),
  tsx: '4.23.15',
};

/** `tarballs` as `packPackages` gives them. Each Express is installed once and copied for the other module system. */
async function createProjects(dir, tarballs) {
  await Promise.all(
    Object.entries(EXPRESS).map(async ([name, express]) => {
      const commonjs = path.join(dir, `commonjs-${name}`);
      const esm = path.join(dir, `esm-${name}`);
      const dependencies = { ...tarballs, ...OTHERS, ...express };
      createProject(commonjs, 'commonjs', dependencies);
      createProject(esm, 'esm', dependencies);
      await install(commonjs);
      cpSync(path.join(commonjs, 'node_modules'), path.join(esm, 'node_modules'), {
        recursive: true,
        verbatimSymlinks: true,
      });
    }),
  );
}

function createProject(dir, moduleSystem, dependencies) {
  mkdirSync(dir);
  const type = moduleSystem === 'esm' ? 'module' : 'commonjs';
  writeFileSync(path.join(dir, 'package.json'), JSON.stringify({ private: true, type, dependencies }));
  cpSync(path.join(__dirname, 'fixture', moduleSystem), dir, { recursive: true });
  cpSync(path.join(__dirname, 'fixture/typescript'), path.join(dir, 'typescript'), { recursive: true });
}

async function install(dir) {
  await run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund'], { cwd: dir });
}

module.exports = { createProjects };
