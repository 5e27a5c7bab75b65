const said = new Set<string>();

/**
 * Tells the operator, as a process warning named `CrossAppOrderWarning`, that middleware is mounted in an order that cannot
 * work. Each sentence once a process: callers decide how often they come, and a log is not theirs to fill.
 */
export function warnOfOrder(sentence: string): void {
  if (said.has(sentence)) return;
  said.add(sentence);
  process.emitWarning(sentence, 'CrossAppOrderWarning');
}
