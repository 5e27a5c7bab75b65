#!/usr/bin/env node
// reopen.cjs DIR: starts the server that a test run kept for its failed files, until Ctrl-C.
const { once } = require('node:events');
const { clearInterval, setInterval } = require('node:timers');
const { keptDatabases, urlOf, withClient } = require('./databases.cjs');
const { PREFIX } = require('./names.cjs');
const { reopenPostgres } = require('./server.cjs');

async function main(dir) {
  if (dir === undefined) throw new Error('usage: reopen.cjs DIR');
  const server = await reopenPostgres(dir);
  for (const name of await withClient(server.url, (client) => keptDatabases(client, PREFIX))) {
    console.log(`psql ${urlOf(name, server.url)}`);
  }
  console.log(`Ctrl-C stops the server. Its data stays until you remove ${dir}`);
  await interruption();
  await server.stop();
}

async function interruption() {
  const waiting = setInterval(() => {}, 60_000); // listening for signals does not keep a process alive
  await Promise.race(['SIGINT', 'SIGTERM', 'SIGHUP'].map((signal) => once(process, signal)));
  clearInterval(waiting);
}

main(process.argv[2]).catch((error) => {
  console.error(`reopen: ${error.message}`);
  process.exitCode = 1;
});
