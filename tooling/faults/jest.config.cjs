module.exports = require('@cross-app/jest')({ database: true });
