// Loaded into the demo's processes before anything else: each call of a verb is then a statement of its own. The demo
// has no setting for that, which nobody who tries it out would need.
const { createRequire } = require('node:module');
const { dirname, join } = require('node:path');

const ofDemo = createRequire(require.resolve('@cross-app/demo/package.json'));
const core = require(join(dirname(ofDemo.resolve('@cross-app/core')), 'sessions.js'));
const { createCrossAppSessions } = core;
core.createCrossAppSessions = (options) => createCrossAppSessions({ ...options, batch: false });
