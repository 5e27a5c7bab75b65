// What asks: over plain HTTP with autocannon, or by a function.
import autocannon from 'autocannon';

// It makes the next request or two of a connection before it knows that it was the last.
const SPARE_BODIES = 3;

/** How many bodies `measurePosts` may take for so many calls. */
export function bodiesFor(calls, connections) {
  return calls + SPARE_BODIES * connections;
}

/**
 * POSTs so many times over so many connections, each with the next body. Resolves with the seconds until the last
 * reply; rejects when one had another status.
 */
export async function measurePosts(url, { nextBody, headers, status }, { calls, connections }) {
  const request = {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    setupRequest: (given) => ({ ...given, body: nextBody() }),
  };
  let lastReplyAt = 0;
  let started = 0;
  const result = await new Promise((resolve, reject) => {
    started = performance.now();
    // Each sample is also when it looks whether it is over.
    const options = { url, amount: calls, connections, requests: [request], bailout: 1, sampleInt: 20 };
    autocannon(options, (error, value) => (error ? reject(error) : resolve(value))).on('response', () => {
      lastReplyAt = performance.now();
    });
  });
  const right = result.statusCodeStats?.[status]?.count ?? 0;
  if (right !== calls) {
    throw new RangeError(`${right} of ${calls} calls of ${url}: ${JSON.stringify(result.statusCodeStats)}`);
  }
  return (lastReplyAt - started) / 1000;
}

/** Calls the function so many times, so many at once. Resolves with the seconds until the last one is done. */
export async function measureFunction(call, { calls, connections }) {
  let left = calls;
  const work = async () => {
    while (left > 0) {
      left -= 1;
      await call();
    }
  };
  const started = performance.now();
  await Promise.all(Array.from({ length: connections }, work));
  return (performance.now() - started) / 1000;
}
