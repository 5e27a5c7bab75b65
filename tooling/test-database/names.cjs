// Names of databases on a server that may be someone else's, and may serve several runs at once.
const { randomBytes } = require('node:crypto');
const path = require('node:path');

const PREFIX = 'cross_app_test_';

const runPrefix = () => `${PREFIX}${randomBytes(4).toString('hex')}_`;
const templateName = (prefix, label) => `${prefix}template_${label}`;

/** Starts with the test file's own name, cut to fit PostgreSQL's 63 bytes. */
function cloneName(prefix, file) {
  const stem = path.basename(file, '.test.ts').toLowerCase().replaceAll(/\W/g, '_');
  return `${prefix}${stem.slice(0, 24)}_${randomBytes(3).toString('hex')}`;
}

module.exports = { PREFIX, cloneName, runPrefix, templateName };
