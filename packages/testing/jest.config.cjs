module.exports = require('@cross-app/jest')();
