import type { CrossAppSessions } from '@cross-app/protocol';
import { mistake, wrongOption } from '@cross-app/protocol';

/** Refuses what is not an options object and keys that nobody reads: a typing error must not become a default. */
export function refuseUnknownKeys(of: string, options: unknown, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null) {
    throw wrongOption(`${of} takes an object with ${known.join(', ')}`, options);
  }
  const unknown = Object.keys(options).find((key) => !known.includes(key));
  if (unknown !== undefined) {
    throw mistake(`${of} has no option ${JSON.stringify(unknown)}; it takes ${known.join(', ')}`);
  }
}

/** Refuses `sessions` that cannot do the verbs. */
export function requireVerbs(
  of: string,
  sessions: Partial<CrossAppSessions> | undefined,
  verbs: readonly (keyof CrossAppSessions)[],
): void {
  requireMethods(`${of}: sessions`, sessions, {
    methods: verbs,
    instead: 'createCrossAppSessions({ … }) or createCrossAppClient({ … })',
  });
}

/** Refuses the part called `name` when it cannot do what is needed of it, and says what to give instead. */
export function requireMethods<Part extends object>(
  name: string,
  part: Partial<Part> | null | undefined,
  needed: { readonly methods: readonly (keyof Part)[]; readonly instead: string },
): void {
  const missing = needed.methods.find((method) => typeof part?.[method] !== 'function');
  if (missing === undefined) return;
  throw mistake(`${name} has no ${String(missing)}(); give it ${needed.instead}`);
}

/** For an option that must be a function. */
export function requireFunction(rule: string, options: object, name: string): void {
  const given: unknown = Reflect.get(options, name);
  if (typeof given !== 'function') throw wrongOption(rule, given);
}
