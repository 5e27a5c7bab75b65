const path = require('node:path');

// Tests are CommonJS, compiled from TypeScript by swc, against the packages' sources: no build needed.
const preset = ({ database = false, ...rest } = {}) => ({
  testEnvironment: 'node',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  transform: {
    '^.+\\.ts$': [
      require.resolve('@swc/jest'),
      {
        swcrc: false,
        sourceMaps: 'inline',
        jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
        module: { type: 'commonjs' },
      },
    ],
  },
  moduleNameMapper: {
    '^(\\.{1,2}/.*)\\.js$': '$1',
    '^@cross-app/(protocol|core|express|sdk)$': path.resolve(__dirname, '../../packages/$1/src/index.ts'),
  },
  collectCoverageFrom: ['src/**/*.ts'],
  coverageProvider: 'v8',
  clearMocks: true,
  ...(database
    ? {
        globalSetup: require.resolve('@cross-app/test-database/global-setup'),
        globalTeardown: require.resolve('@cross-app/test-database/global-teardown'),
      }
    : {}),
  ...rest,
});

// Jest takes globalSetup, coverage and reporters from the root config only where they are shared.
preset.projects = (options, variants) => ({
  coverageProvider: 'v8',
  collectCoverageFrom: ['src/**/*.ts'],
  projects: variants.map(({ moduleNameMapper = {}, ...variant }) => {
    const base = preset(options);
    delete base.collectCoverageFrom;
    delete base.coverageProvider;
    return { ...base, ...variant, moduleNameMapper: { ...moduleNameMapper, ...base.moduleNameMapper } };
  }),
});

module.exports = preset;
