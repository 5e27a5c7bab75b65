const preset = require('@cross-app/jest');

const ON_EXPRESS = '<rootDir>/test/express.test.ts';

// What has to do with Express runs twice.
module.exports = preset.projects({}, [
  { displayName: 'express5' },
  { displayName: 'express4', testMatch: [ON_EXPRESS], moduleNameMapper: { '^express$': 'express4' } },
]);
