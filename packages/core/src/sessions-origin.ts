import type { Knex } from 'knex';

/** What an object of `createCrossAppSessions` works on. */
export interface SessionsOrigin {
  readonly knex: Knex;
  /** As it was named in its options, by name or schema.name. */
  readonly sessionsTable: string;
}

const origins = new WeakMap<object, SessionsOrigin>();

/** Notes the origin of the sessions, and gives them back. */
export function withOrigin<Sessions extends object>(sessions: Sessions, origin: SessionsOrigin): Sessions {
  origins.set(sessions, origin);
  return sessions;
}

/** Undefined for what `createCrossAppSessions` has not made, such as a client over HTTP. */
export function originOf(sessions: unknown): SessionsOrigin | undefined {
  return typeof sessions === 'object' && sessions !== null ? origins.get(sessions) : undefined;
}
