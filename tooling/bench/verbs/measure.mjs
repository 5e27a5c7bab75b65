import { EMPTY, onCopy } from '../common/database.mjs';
import { inTurn } from '../common/numbers.mjs';
import { openPool } from './pools.mjs';
import { ownSeconds, postgresSeconds } from './processor-time.mjs';
import { countRows, emptyTables } from './tables.mjs';

/**
 * Every rival with every number in flight, round for round.
 * `{ cases: [{ verb, rival, inFlight, rounds: [{ calls, seconds, clientSeconds, postgresSeconds }, …] }, …], skipped }`
 */
export function measureVerbs(server, rivals, options) {
  const skipped = rivals.flatMap(({ name, missing }) => {
    const reason = missing?.(options);
    return reason === undefined ? [] : [{ rival: name, reason }];
  });
  for (const { rival, reason } of skipped) console.error(`\n!!! ${rival} is NOT measured: ${reason}\n`);
  const present = rivals.filter(({ name }) => skipped.every(({ rival }) => rival !== name));
  return onCopy(server.url, EMPTY, async (url) => {
    const admin = openPool(url);
    const opened = [];
    try {
      for (const rival of present) opened.push({ rival, runs: await rival.open(url, options) });
      const cases = await measureRounds({ admin, opened, postmasterPid: server.pid }, options);
      return { cases, skipped };
    } finally {
      await Promise.all([admin.end(), ...opened.map(({ runs }) => runs.close())]);
    }
  });
}

async function measureRounds(bench, options) {
  const cases = [];
  const add = ({ verb, rival, inFlight, numbers }) => {
    const found = cases.find(
      (each) => each.verb === verb && each.rival === rival && each.inFlight === inFlight,
    );
    if (found === undefined) cases.push({ verb, rival, inFlight, rounds: [numbers] });
    else found.rounds.push(numbers);
  };
  for (let round = 0; round <= options.rounds; round++) {
    for (const inFlight of options.inFlight) {
      for (const entry of inTurn(bench.opened, round)) {
        const taken = await measureRival({ ...bench, ...entry }, inFlight, options);
        if (round === 0) continue; // it warms up
        for (const verb of options.verbs)
          add({ verb, rival: entry.rival.name, inFlight, numbers: taken[verb] });
      }
    }
  }
  return cases;
}

/** Issues tokens into empty tables, then redeems these. */
async function measureRival({ admin, postmasterPid, rival, runs }, inFlight, { calls: all, verbs }) {
  const calls = Math.max(inFlight, Math.ceil(all * rival.share));
  await emptyTables(admin, rival.tables);
  const issue = await timed(postmasterPid, () => runs.issue({ calls, inFlight }));
  await mustCount(admin, rival.issued, issue.calls);
  if (!verbs.includes('redeem')) return { issue };
  if (rival.tables.length > 0) await admin.query(`ANALYZE ${rival.tables.join(', ')}`);
  const redeem = await timed(postmasterPid, () => runs.redeem({ calls, inFlight }));
  await mustCount(admin, rival.used, redeem.calls);
  await mustCount(admin, rival.left, 0);
  return { issue, redeem };
}

async function timed(postmasterPid, run) {
  const before = { own: ownSeconds(), postgres: postgresSeconds(postmasterPid) };
  const { calls, seconds, clientSeconds } = await run();
  return {
    calls,
    seconds,
    clientSeconds: clientSeconds === undefined ? ownSeconds() - before.own : clientSeconds,
    postgresSeconds: before.postgres === null ? null : postgresSeconds(postmasterPid) - before.postgres,
  };
}

async function mustCount(admin, tables, due) {
  for (const of of tables) {
    const count = await countRows(admin, of);
    if (count !== due) throw new RangeError(`There are ${count} rows in ${of}, where ${due} are due.`);
  }
}
