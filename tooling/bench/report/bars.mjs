// What redeem and issue are to reach. `rounds(measured)` gives a number for each round, or undefined where that was not
// measured. A bench has `measured.cases`, each named by all that is said of it here, with what its `rounds` gave.
const REDEEM = { verb: 'redeem', rival: 'batched' };
const ISSUE = { verb: 'issue', rival: 'batched' };
const MALFORMED = { where: 'over HTTP', kind: 'wrong checksum', inFlight: 64 };

export const BARS = [
  {
    ...of('verbs', 'redeem, 1 in flight / hand-written', { atLeast: 0.8 }),
    rounds: rates({ ...REDEEM, inFlight: 1 }, { rival: 'hand-written' }),
  },
  {
    ...of('verbs', 'redeem, 8 in flight, batched / single', { atLeast: 1 }),
    rounds: rates({ ...REDEEM, inFlight: 8 }, { rival: 'single' }),
  },
  {
    ...of('verbs', 'redeem, 64 in flight / hand-written', { atLeast: 2 }),
    rounds: rates({ ...REDEEM, inFlight: 64 }, { rival: 'hand-written' }),
  },
  {
    ...of('verbs', 'redeem, 256 in flight / hand-written', { atLeast: 3 }),
    rounds: rates({ ...REDEEM, inFlight: 256 }, { rival: 'hand-written' }),
  },
  {
    ...of('verbs', 'redeem, 64 in flight / pgbench, 64 clients', { atLeast: 1.3 }),
    rounds: rates({ ...REDEEM, inFlight: 64 }, { rival: 'pgbench' }),
  },
  {
    ...of('verbs', 'redeem, 64 in flight / pgbench, 10 clients', { atLeast: 1.3 }),
    rounds: rates({ ...REDEEM, inFlight: 64 }, { rival: 'pgbench -c 10' }),
  },
  {
    ...of('verbs', 'redeem, 64 in flight / better-auth', { atLeast: 15 }),
    rounds: rates({ ...REDEEM, inFlight: 64 }, { rival: 'better-auth' }),
  },
  {
    ...of('verbs', 'redeem, 64 in flight / JWT + jti', { atLeast: 4 }),
    rounds: rates({ ...REDEEM, inFlight: 64 }, { rival: 'JWT + jti' }),
  },
  {
    ...of('verbs', 'issue, 64 in flight / hand-written', { atLeast: 2 }),
    rounds: rates({ ...ISSUE, inFlight: 64 }, { rival: 'hand-written' }),
  },
  {
    ...of('http', 'redeem over HTTP, 64 in flight / bare handler', { atLeast: 0.75 }),
    rounds: rates({ call: 'redeem', rival: 'batched', inFlight: 64 }, { rival: 'bare' }),
  },
  {
    ...of('refusals', 'malformed token over HTTP / bare handler', { atLeast: 0.9 }),
    rounds: rates(MALFORMED, { kind: 'bare' }),
  },
  {
    ...of('refusals', 'malformed token, queries', { atMost: 0 }),
    rounds: numbers(MALFORMED, ({ queries }) => queries),
  },
  {
    ...of('growth', 'redeem, 64 in flight, time at 10⁷ rows / at 10⁴', { atMost: 1.5 }),
    rounds: rates({ ...REDEEM, layout: 'plain', inFlight: 64, rows: 10_000 }, { rows: 10_000_000 }),
  },
  {
    ...of('footprint', 'redeem on a table with room, share of HOT updates', { atLeast: 0.9 }),
    rounds: numbers({ rival: 'batched', table: 'with room' }, ({ hotShare }) => hotShare),
  },
];

function of(bench, text, bar) {
  return { bench, text, ...bar };
}

/** Calls a second, as a ratio to the case that differs in what `other` says. */
function rates(wanted, other) {
  return ({ cases }) => {
    const [ours, theirs] = [roundsOf(cases, wanted), roundsOf(cases, { ...wanted, ...other })];
    if (ours === undefined || theirs === undefined) return undefined;
    return ours.map((each, round) => rate(each) / rate(theirs[round]));
  };
}

function numbers(wanted, numberOf) {
  return ({ cases }) => roundsOf(cases, wanted)?.map(numberOf);
}

function roundsOf(cases, wanted) {
  const isIt = (given) => Object.entries(wanted).every(([key, value]) => given[key] === value);
  return cases.find(isIt)?.rounds;
}

function rate({ calls, seconds }) {
  return calls / seconds;
}
