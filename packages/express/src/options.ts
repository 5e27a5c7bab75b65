import type { CrossAppSessions } from '@cross-app/protocol';

/** Refuses what is not an options object and keys that nobody reads: a typing error must not become a default. */
export function refuseUnknownKeys(of: string, options: unknown, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`${of} takes an object with ${known.join(', ')}`);
  }
  const unknown = Object.keys(options).find((key) => !known.includes(key));
  if (unknown !== undefined) {
    throw new TypeError(`${of} has no option ${JSON.stringify(unknown)}; it takes ${known.join(', ')}`);
  }
}

/** Refuses `sessions` that cannot do the verbs. */
export function requireVerbs(
  of: string,
  sessions: Partial<CrossAppSessions> | undefined,
  verbs: readonly (keyof CrossAppSessions)[],
): void {
  const missing = verbs.find((verb) => typeof sessions?.[verb] !== 'function');
  if (missing !== undefined) {
    throw new TypeError(
      `${of}: sessions has no ${missing}(); give it createCrossAppSessions({ … }) or createCrossAppClient({ … })`,
    );
  }
}
