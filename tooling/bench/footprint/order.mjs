// In which order tokens are redeemed. People take some seconds, one more than the other.
const WINDOW = 1000;

/** Mixed among neighbours: a token changes places with those that were issued up to a thousand before or after it. */
export function asPeopleCome(tokens) {
  return tokens
    .map((token, index) => ({ token, at: index + Math.random() * WINDOW }))
    .sort((a, b) => a.at - b.at)
    .map(({ token }) => token);
}

/** As no people do, but a test of load does. */
export function asIssued(tokens) {
  return tokens;
}
