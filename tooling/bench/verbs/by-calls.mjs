// Drives a rival that takes one call for each token: so many are always in flight until all are done.

/** A rival's `issue(n)`, which gives a token, and `redeem(token)`, which throws unless the token was good. */
export function byCalls({ issue, redeem, close }) {
  let tokens = [];
  return {
    issue({ calls, inFlight }) {
      tokens = new Array(calls);
      return timed({ calls, inFlight }, async (n) => {
        tokens[n] = await issue(n);
      });
    },
    redeem: (load) => timed(load, (n) => redeem(tokens[n])),
    close,
  };
}

async function timed({ calls, inFlight }, call) {
  let next = 0;
  const callUntilDone = async () => {
    while (next < calls) await call(next++);
  };
  const started = performance.now();
  await Promise.all(Array.from({ length: inFlight }, callUntilDone));
  return { calls, seconds: (performance.now() - started) / 1000 };
}

/** @throws RangeError when a rival has not done what its rate would be of. */
export function must(isDone, what) {
  if (!isDone) throw new RangeError(`${what} did not do its job`);
}
