const preset = require('@cross-app/jest');

// Every test runs twice: with Express 5 and with Express 4 behind our own `import 'express'`. What a server keeps in memory
// after the whole corpus, again and again, is ours and not Express'.
module.exports = preset.projects({ database: true }, [
  { displayName: 'express5' },
  {
    displayName: 'express4',
    moduleNameMapper: { '^express$': 'express4' },
    testPathIgnorePatterns: ['/corpus/memory\\.test\\.ts$'],
  },
]);
