module.exports = require('@cross-app/sdk');
