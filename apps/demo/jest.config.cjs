module.exports = require('@cross-app/jest').projects({ database: true }, [
  { displayName: 'handoffs', testPathIgnorePatterns: ['/(start|processes)\\.test\\.ts$'] },
  // How the demo comes up and ends, in processes of its own.
  { displayName: 'starts', testMatch: ['<rootDir>/test/{start,processes}.test.ts'] },
]);
