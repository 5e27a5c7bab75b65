module.exports = require('@cross-app/jest').projects({ database: true }, [
  { displayName: 'commands', testPathIgnorePatterns: ['-killed\\.test\\.ts$'] },
  // Work that is killed a hundred times, at other moments each, takes minutes.
  { displayName: 'killed', testMatch: ['<rootDir>/test/**/*-killed.test.ts'] },
]);
