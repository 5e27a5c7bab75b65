import { measureFunction } from '../common/load.mjs';
import { inTurn, median } from '../common/numbers.mjs';
import { arrivalsFor } from './arrivals.mjs';
import { BESIDE } from './beside.mjs';
import { measureOpenLoop } from './open-loop.mjs';
import { OURS, rivalsFor } from './rivals.mjs';
import { runTurn } from './turn.mjs';
import { WORKLOADS } from './workloads.mjs';

const IN_FLIGHT = 64;

/**
 * What each rival can do, then their latencies at shares of what ours can.
 * `{ capacities: [{ workload, rival, rounds: [{ calls, seconds }, …] }, …],
 *    cases: [{ workload, load, rate, beside, rival, rounds: […what measureOpenLoop gives] }, …] }`
 */
export async function measureLatency(server, options) {
  const rivals = rivalsFor(options);
  const capacities = await measureCapacities({ server, rivals }, options);
  return { capacities, cases: await measureLoads({ server, rivals, capacities }, options) };
}

async function measureCapacities({ server, rivals }, { rounds, calls }) {
  const cases = WORKLOADS.flatMap((workload) =>
    rivals.map((rival) => ({
      turn: { rival, workload, calls },
      of: { workload: workload.name, rival: rival.name, rounds: [] },
    })),
  );
  const load = { calls, connections: IN_FLIGHT };
  for (let round = 0; round <= rounds; round++) {
    for (const { turn, of } of inTurn(cases, round)) {
      const numbers = await runTurn(server, turn, async ({ call }) => ({
        calls,
        seconds: await measureFunction(call, load),
      }));
      if (round > 0) of.rounds.push(numbers); // the first one warms up
    }
  }
  return cases.map(({ of }) => of);
}

async function measureLoads({ server, rivals, capacities }, options) {
  const cases = WORKLOADS.flatMap((workload) =>
    options.loads.flatMap((load) =>
      Object.keys(BESIDE).flatMap((beside) => {
        const rate = rateOf(capacities, workload, load);
        const of = { workload: workload.name, load, rate, beside };
        return rivals.map((rival) => ({ workload, rival, of: { ...of, rival: rival.name, rounds: [] } }));
      }),
    ),
  );
  for (let round = 1; round <= options.rounds; round++) {
    for (const entry of inTurn(cases, round))
      entry.of.rounds.push(await measureTurn(server, entry, { ...options, seed: round }));
  }
  return cases.map(({ of }) => of);
}

function rateOf(capacities, workload, load) {
  const ours = capacities.find((each) => each.workload === workload.name && each.rival === OURS);
  return Math.round((median(ours.rounds.map(({ calls, seconds }) => calls / seconds)) * load) / 100);
}

function measureTurn(server, { workload, rival, of: { rate, beside } }, { seconds, seed, maxPending }) {
  const arrivals = arrivalsFor({ rate, seconds, seed });
  return runTurn(server, { rival, workload, calls: arrivals.length }, (turn) =>
    BESIDE[beside](turn, () => measureOpenLoop(turn.call, { arrivals, maxPending })),
  );
}
