// `npm run bench:http -- --rounds 5`: the issuer's calls beside a bare Express handler.
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { createCrossAppSessions } from '@cross-app/core';
import { Command } from 'commander';
import { EMPTY, onCopy, openKnex, startBenchServer } from '../common/database.mjs';
import { inTurn } from '../common/numbers.mjs';
import { positive } from '../common/options.mjs';
import { CASES, createRuns } from './cases.mjs';
import { printCalls } from './report.mjs';
import { startServer } from './server-process.mjs';

const options = new Command('npm run bench:http --')
  .description('generate-session and validate-session over HTTP, as a ratio to a bare Express handler.')
  .option('--calls <number>', 'calls of each case in a round', positive, 4_000)
  .option('--rounds <number>', 'rounds after the one that warms up', positive, 5)
  .option('--connections <number>', 'calls at once', positive, 10)
  .option('--only <text>', 'only the cases with this in their name', '')
  .option('--cpu-prof <folder>', 'where the server writes its CPU profile')
  .option('--json <file>', 'where to write the numbers')
  .parse()
  .opts();

const postgres = await startBenchServer(0);
process.once('SIGINT', () => void postgres.stop().then(() => process.exit(130)));
try {
  const measured = await onCopy(postgres.url, EMPTY, measureAll);
  console.log(
    `${cpus().length} cores, Node ${process.version}, ${options.connections} connections, ` +
      `${options.calls} calls a round, ${options.rounds} rounds\n`,
  );
  console.log(printCalls(measured, options.calls));
  if (options.json !== undefined) {
    await writeFile(options.json, `${JSON.stringify({ ...options, measured }, null, 2)}\n`);
  }
} finally {
  await postgres.stop();
}

async function measureAll(databaseUrl) {
  const secret = randomBytes(32).toString('hex');
  const knex = openKnex(databaseUrl, options.connections);
  const server = await startServer({ databaseUrl, secret, profileFolder: options.cpuProf });
  try {
    const sessions = createCrossAppSessions({ knex, appId: 'tuvens' });
    return await measureRounds(server, createRuns({ url: server.url, secret, sessions }));
  } finally {
    await server.stop();
    await knex.destroy();
  }
}

/** `[{ name, beside, rounds: [{ own: { seconds, cpuSeconds }, other: … }, …] }, …]` */
async function measureRounds(server, runs) {
  const measured = CASES.filter(({ name }) => name.includes(options.only)).map((each) => ({
    ...each,
    rounds: [],
  }));
  for (let round = 0; round <= options.rounds; round++) {
    for (const { name, beside, rounds } of measured) {
      // One right after the other, for the machine may have something else to do by then, and neither is always first.
      const taken = {};
      for (const each of inTurn([name, beside], round)) taken[each] = await measure(server, runs[each]);
      if (round > 0) rounds.push({ own: taken[name], other: taken[beside] }); // the first one warms up
    }
  }
  return measured;
}

/** Making tokens takes this process's time and the database's, but none of the server's. */
async function measure(server, run) {
  const cpuBefore = await server.cpuSeconds();
  const seconds = await run(options);
  return { seconds, cpuSeconds: (await server.cpuSeconds()) - cpuBefore };
}
