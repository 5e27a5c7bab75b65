/** Who can call and be called. */
export type Party = 'browser' | 'tuvens' | 'hi-events' | 'postgresql';

/** What people know them by, in the order in which they are drawn. */
export const PARTIES: Readonly<Record<Party, string>> = {
  browser: 'Browser',
  tuvens: 'Tuvens',
  'hi-events': 'Hi.Events',
  postgresql: 'PostgreSQL',
};

/** One call and its answer. Nothing in it is secret. */
export interface Exchange {
  readonly caller: Party;
  readonly callee: Party;
  /** Such as `GET /auth/cross-app?session_token=…`. */
  readonly call: string;
  /** A status of HTTP, or what a verb of the sessions came to: `done`, or the code of its refusal. */
  readonly outcome: string;
  readonly isRefused: boolean;
  /** When it began, in milliseconds since 1970. */
  readonly startedAt: number;
  readonly durationMs: number;
  /** What it means, in words. */
  readonly meaning: string;
  /** What a person began with it, such as `Sign in at Tuvens`; null for what follows from something. */
  readonly story: string | null;
}

/** What is known of an exchange when it begins. */
export type Begun = Pick<Exchange, 'startedAt'> & { end(): Pick<Exchange, 'startedAt' | 'durationMs'> };

/** Starts the clock of an exchange. One clock for both apps, which run on the same machine. */
export function beginExchange(): Begun {
  const begin = performance.now();
  const startedAt = performance.timeOrigin + begin;
  return { startedAt, end: () => ({ startedAt, durationMs: performance.now() - begin }) };
}
