const preset = require('@cross-app/jest');

module.exports = preset({ database: true });
