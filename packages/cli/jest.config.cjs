module.exports = require('@cross-app/jest').projects({ database: true }, [
  { displayName: 'commands', testPathIgnorePatterns: ['-(killed|memory)\\.test\\.ts$'] },
  // Work that is killed again and again, or is done with many rows, takes minutes.
  { displayName: 'long', testMatch: ['<rootDir>/test/**/*-{killed,memory}.test.ts'] },
]);
