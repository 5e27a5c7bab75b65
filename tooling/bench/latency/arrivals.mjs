import { randomExponential, randomLcg } from 'd3-random';

/** When calls are due, in milliseconds from the first moment on: a Poisson process, the same for the same seed. */
export function arrivalsFor({ rate, seconds, seed }) {
  // The seed of the library lies between 0 and 1; these multiples of the golden ratio are far from one another.
  const next = randomExponential.source(randomLcg((seed * 0.618034) % 1))(rate / 1000);
  const arrivals = [];
  for (let at = next(); at < seconds * 1000; at += next()) arrivals.push(at);
  return Float64Array.from(arrivals);
}
