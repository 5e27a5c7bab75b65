import { randomBytes } from 'node:crypto';
import { EMPTY, onCopy, openKnex } from '../common/database.mjs';
import { bodiesFor, measurePosts } from '../common/load.mjs';
import { inTurn } from '../common/numbers.mjs';
import { startServer } from '../common/server-process.mjs';
import { countRows } from '../common/tokens.mjs';
import { CALLS, headersOf } from './calls.mjs';
import { RIVALS } from './rivals/all.mjs';

const SERVER = new URL('server.mjs', import.meta.url);

/** `{ cases: [{ call, rival, inFlight, rounds: [{ calls, seconds, serverSeconds }, …] }, …] }` */
export function measureHttp(postgres, options) {
  return onCopy(postgres.url, EMPTY, async (databaseUrl) => {
    const secret = randomBytes(32).toString('hex');
    const knex = openKnex(databaseUrl);
    const server = await startServer(SERVER, { args: [databaseUrl, secret], profileFolder: options.cpuProf });
    try {
      return { cases: await measureRounds({ server, knex, secret }, options) };
    } finally {
      await server.stop();
      await knex.destroy();
    }
  });
}

async function measureRounds(bench, { calls, rounds, inFlight, only }) {
  const chosen = CALLS.filter(({ name }) => only === undefined || name === only);
  const groups = chosen.flatMap((call) => inFlight.map((connections) => ({ call, connections })));
  const cases = groups.flatMap(({ call, connections }) =>
    RIVALS.map(({ name }) => ({ call: call.name, rival: name, inFlight: connections, rounds: [] })),
  );
  for (let round = 0; round <= rounds; round++) {
    for (const { call, connections } of groups) {
      for (const rival of inTurn(RIVALS, round)) {
        const taken = await measure(bench, { call, rival, size: { calls, connections } });
        const found = cases.find(
          (each) => each.call === call.name && each.rival === rival.name && each.inFlight === connections,
        );
        if (round > 0) found.rounds.push(taken); // the first one warms up
      }
    }
  }
  return cases;
}

async function measure(bench, { call, rival, size }) {
  const { server, knex, secret } = bench;
  const { doesNothing: isIdle = false } = rival;
  const nextBody = await call.prepare(bench, { count: bodiesFor(size.calls, size.connections), isIdle });
  const url = `${server.url}/${rival.name}/${call.path}`;
  const { cpuSeconds } = await server.facts();
  const seconds = await measurePosts(url, { nextBody, headers: headersOf(secret), status: 200 }, size);
  const serverSeconds = (await server.facts()).cpuSeconds - cpuSeconds;
  await mustCount(knex, call.done, isIdle ? 0 : size.calls);
  return { calls: size.calls, seconds, serverSeconds };
}

async function mustCount(knex, condition, due) {
  const count = await countRows(knex, condition);
  if (count !== due) throw new RangeError(`There are ${count} rows with ${condition}, where ${due} are due.`);
}
