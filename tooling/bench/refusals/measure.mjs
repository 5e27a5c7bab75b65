import { EMPTY, onCopy, openKnex } from '../common/database.mjs';
import { bodiesFor } from '../common/load.mjs';
import { inTurn } from '../common/numbers.mjs';
import { openCore } from './in-process.mjs';
import { KINDS } from './kinds.mjs';
import { BARE, openServer } from './over-http.mjs';

// In process, what makes no query takes a few microseconds: of so few calls as of the others the clock would see nothing.
const PLACES = [
  { where: 'in process', open: openCore, kinds: KINDS, freeTimes: 25 },
  { where: 'over HTTP', open: openServer, kinds: [...BARE, ...KINDS], freeTimes: 1 },
];

/** `{ cases: [{ where, kind, inFlight, rounds: [{ calls, seconds, queries, serverSeconds }, …] }, …] }` */
export function measureRefusals(postgres, options) {
  return onCopy(postgres.url, EMPTY, async (databaseUrl) => {
    const knex = openKnex(databaseUrl);
    try {
      const cases = [];
      for (const place of PLACES)
        cases.push(...(await measurePlace({ ...place, databaseUrl, knex }, options)));
      return { cases };
    } finally {
      await knex.destroy();
    }
  });
}

async function measurePlace({ where, open, kinds, freeTimes, databaseUrl, knex }, options) {
  const cases = options.inFlight.flatMap((inFlight) =>
    kinds.map((kind) => ({ where, kind: kind.name, inFlight, rounds: [] })),
  );
  const opened = await open(databaseUrl, options);
  try {
    for (let round = 0; round <= options.rounds; round++) {
      for (const inFlight of options.inFlight) {
        for (const kind of inTurn(kinds, round)) {
          const calls = kind.isFree === true ? options.calls * freeTimes : options.calls;
          const taken = await measure({ opened, knex }, kind, { calls, connections: inFlight });
          const found = cases.find((each) => each.kind === kind.name && each.inFlight === inFlight);
          if (round > 0) found.rounds.push(taken); // the first one warms up
        }
      }
    }
    return cases;
  } finally {
    await opened.stop();
  }
}

async function measure({ opened, knex }, kind, size) {
  const tokens = await kind.make(knex, bodiesFor(size.calls, size.connections));
  const taken = await opened.run({ tokens, kind }, size);
  if (kind.isFree === true && taken.queries > 0) {
    throw new RangeError(`${kind.name}: ${taken.queries} queries, where none is due`);
  }
  return { calls: size.calls, ...taken };
}
