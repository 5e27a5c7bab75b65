module.exports = require('@cross-app/jest')({ database: true, testTimeout: 60_000 });
