module.exports = require('@cross-app/jest')({
  database: true,
  globalSetup: '<rootDir>/global-setup.cjs',
  reporters: ['default', '<rootDir>/keep-when-failed.cjs'],
  testTimeout: 120_000,
});
