// Stands by while jest uses someone else's server. When jest is gone before its teardown (Ctrl-C, SIGKILL),
// drops the databases of the run; its workers may still be making one.
const { setTimeout: delay } = require('node:timers/promises');
const { dropDatabases, withClient } = require('./databases.cjs');

const { CROSS_APP_TEST_SERVER: server, CROSS_APP_TEST_PREFIX: prefix } = process.env;

process.once('disconnect', () =>
  withClient(server, async (client) => {
    while ((await dropDatabases(client, prefix)) > 0) await delay(500);
  }),
);
