import { randomBytes } from 'node:crypto';
import { createCrossAppSessions } from '@cross-app/core';
import { EMPTY, onCopy, openKnex } from '../common/database.mjs';
import { inTurn } from '../common/numbers.mjs';
import { startServer } from '../common/server-process.mjs';
import { CASES, createRuns } from './cases.mjs';

const SERVER = new URL('server.mjs', import.meta.url);

export function measureIssuer(postgres, options) {
  return onCopy(postgres.url, EMPTY, (databaseUrl) => measureOn(databaseUrl, options));
}

async function measureOn(databaseUrl, options) {
  const secret = randomBytes(32).toString('hex');
  const knex = openKnex(databaseUrl, options.connections);
  const server = await startServer(SERVER, {
    args: [databaseUrl, secret],
    profileFolder: options.cpuProf,
  });
  try {
    const sessions = createCrossAppSessions({ knex, appId: 'tuvens' });
    return await measureRounds(server, createRuns({ url: server.url, secret, sessions }), options);
  } finally {
    await server.stop();
    await knex.destroy();
  }
}

/** `[{ name, beside, rounds: [{ own: { seconds, cpuSeconds }, other: … }, …] }, …]` */
async function measureRounds(server, runs, options) {
  const measured = CASES.filter(({ name }) => name.includes(options.only)).map((each) => ({
    ...each,
    rounds: [],
  }));
  // Making tokens takes this process's time and the database's, but none of the server's.
  const measure = async (name) => {
    const { cpuSeconds } = await server.facts();
    const seconds = await runs[name](options);
    return { seconds, cpuSeconds: (await server.facts()).cpuSeconds - cpuSeconds };
  };
  for (let round = 0; round <= options.rounds; round++) {
    for (const { name, beside, rounds } of measured) {
      // One right after the other, for the machine may have something else to do by then, and neither is always first.
      const taken = {};
      for (const each of inTurn([name, beside], round)) taken[each] = await measure(each);
      if (round > 0) rounds.push({ own: taken[name], other: taken[beside] }); // the first one warms up
    }
  }
  return measured;
}
