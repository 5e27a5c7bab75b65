const { readFileSync } = require('node:fs');
const Module = require('node:module');
const { resolve: resolvePath } = require('node:path');
const { transformSync } = require('@swc/core');
const { compilerOptions, moduleNameMapper } = require('./index.cjs');

// For a process that a test starts: `node run.cjs file.ts` runs the packages' TypeScript as the tests themselves run, so
// that no build is needed. CROSS_APP_EXPRESS names what `express` is.
const rules = Object.entries(moduleNameMapper).map(([from, to]) => [new RegExp(from), to]);
const { CROSS_APP_EXPRESS: express = 'express' } = process.env;
const resolve = Module._resolveFilename;

Module._resolveFilename = function resolveAsInTests(request, ...rest) {
  const [from, to] = [[/^express$/, express], ...rules].find(([pattern]) => pattern.test(request)) ?? [];
  return resolve.call(this, from === undefined ? request : request.replace(from, to), ...rest);
};

Module._extensions['.ts'] = function compileTypeScript(module, filename) {
  const { code } = transformSync(readFileSync(filename, 'utf8'), { ...compilerOptions, filename });
  module._compile(code, filename);
};

require(resolvePath(process.argv[2]));
