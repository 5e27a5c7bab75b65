const path = require('node:path');

// Tests are compiled from TypeScript to CommonJS by swc, against the packages' sources: no build is needed.
const compilerOptions = {
  swcrc: false,
  sourceMaps: 'inline',
  jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
  module: { type: 'commonjs' },
};
const compile = [require.resolve('@swc/jest'), compilerOptions];

// Another copy of the packages, for whoever wants to see what a change to them does.
const packages = process.env.CROSS_APP_SOURCES ?? path.resolve(__dirname, '../../packages');

const moduleNameMapper = {
  '^(\\.{1,2}/.*)\\.js$': '$1',
  '^@cross-app/(protocol|core|express|sdk|cli|testing)$': path.join(packages, '$1/src/index.ts'),
  '^@cross-app/protocol/conformance$': path.join(packages, 'protocol/src/conformance.ts'),
};

// Jest takes these only from the outermost configuration.
const outermost = {
  // Several packages' tests share few cores.
  testTimeout: 30_000,
  coverageProvider: 'v8',
  collectCoverageFrom: ['src/**/*.ts'],
};

const database = {
  testEnvironment: require.resolve('./database-environment.cjs'),
  globalSetup: require.resolve('@cross-app/test-database/global-setup'),
  globalTeardown: require.resolve('@cross-app/test-database/global-teardown'),
};

/** `{ database: true }` gives `createTestDatabase` a server; every other option is jest's own. */
const preset = (options) => ({ ...outermost, ...project(options) });

/**
 * All tests once for each variant: `[{ displayName: 'express4', moduleNameMapper: … }, …]`. A second version of PostgreSQL
 * needs fewer: CROSS_APP_TEST_VARIANTS lists them, as `plain,commands`.
 */
preset.projects = (options, variants) => ({
  ...outermost,
  projects: chosen(variants).map((variant) => project({ ...options, ...variant })),
});

function chosen(variants) {
  const names = process.env.CROSS_APP_TEST_VARIANTS?.split(',');
  if (names === undefined) return variants;
  const some = variants.filter(({ displayName }) => names.includes(displayName));
  return some.length > 0 ? some : variants;
}

preset.compilerOptions = compilerOptions;
preset.moduleNameMapper = moduleNameMapper;

function project({ database: wanted = false, ...options } = {}) {
  return {
    testEnvironment: 'node',
    testMatch: ['<rootDir>/test/**/*.test.ts'],
    transform: { '^.+\\.ts$': compile },
    clearMocks: true,
    ...(wanted ? database : {}),
    ...options,
    moduleNameMapper: { ...options.moduleNameMapper, ...moduleNameMapper },
  };
}

module.exports = preset;
