// Scratch projects as users have them, outside of the workspace.
const { execFile } = require('node:child_process');
const { cpSync, mkdirSync, writeFileSync } = require('node:fs');
const path = require('node:path');
const { promisify } = require('node:util');
const matrix = require('@cross-app/compatibility');
const nest = require('../../examples/nestjs/package.json').dependencies;

const run = promisify(execFile);
const FILTER = path.resolve(__dirname, '../../examples/nestjs/src/cross-app-error.filter.ts');
const versionOf = (name) => require(`${name}/package.json`).version;

// The versions of the workspace's catalog. The types of Express 4, tsx and commander are nobody else's.
const EXPRESS = {
  express4: { express: versionOf('express4'), '@types/express': '4.17.25' },
  express5: { express: versionOf('express'), '@types/express': versionOf('@types/express') },
};
const DATABASE = { knex: versionOf('knex'), objection: versionOf('objection'), pg: versionOf('pg') };
const TYPES = { '@types/node': versionOf('@types/node') };
const NEST = Object.fromEntries(
  Object.entries(nest).filter(([name]) => /^(?:@nestjs\/.*|reflect-metadata|rxjs)$/.test(name)),
);

/** `tarballs` as `packPackages` gives them. */
async function createProjects(dir, tarballs) {
  await Promise.all([
    ...matrix.express.map((express) => createTwins(dir, express, tarballs)),
    createNest(dir, { ...tarballs, ...DATABASE, ...TYPES, ...EXPRESS.express5, ...NEST }),
    createAlone(dir, 'jest', {
      ...tarballs,
      ...DATABASE,
      express: versionOf('express4'),
      'express-session': versionOf('express-session'),
      jest: versionOf('jest'),
    }),
  ]);
}

/** One for each module system. Each Express is installed once and copied for the other one. */
async function createTwins(dir, express, tarballs) {
  const dependencies = { ...tarballs, ...DATABASE, ...TYPES, tsx: '4.23.15', ...EXPRESS[express] };
  const commonjs = createProject(path.join(dir, `commonjs-${express}`), 'commonjs', dependencies);
  const esm = createProject(path.join(dir, `esm-${express}`), 'esm', dependencies);
  for (const project of [commonjs, esm]) {
    cpSync(path.join(__dirname, 'fixture/typescript'), path.join(project, 'typescript'), { recursive: true });
  }
  await install(commonjs);
  cpSync(path.join(commonjs, 'node_modules'), path.join(esm, 'node_modules'), {
    recursive: true,
    verbatimSymlinks: true,
  });
}

/** With the filter of the example, as somebody would copy it. */
async function createNest(dir, dependencies) {
  const project = createProject(path.join(dir, 'nestjs'), 'nestjs', dependencies);
  cpSync(FILTER, path.join(project, 'src', path.basename(FILTER)));
  await install(project);
}

async function createAlone(dir, fixture, dependencies) {
  await install(createProject(path.join(dir, fixture), fixture, dependencies));
}

function createProject(dir, fixture, dependencies) {
  mkdirSync(dir);
  const type = fixture === 'esm' ? 'module' : 'commonjs';
  writeFileSync(path.join(dir, 'package.json'), JSON.stringify({ private: true, type, dependencies }));
  cpSync(path.join(__dirname, 'fixture', fixture), dir, { recursive: true });
  return dir;
}

async function install(dir) {
  await run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund'], { cwd: dir });
}

module.exports = { createProjects };
