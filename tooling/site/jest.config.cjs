module.exports = require('@cross-app/jest')({ testTimeout: 60_000 });
