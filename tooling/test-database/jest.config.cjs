// By path: @cross-app/jest depends on this package, and turbo refuses a circle.
const preset = require('../jest/index.cjs');

module.exports = preset({ testPathIgnorePatterns: ['/fixture/'], testTimeout: 120_000 });
