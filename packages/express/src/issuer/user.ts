import type { IdInput } from '@cross-app/protocol';

/** The least that the issuer needs to know of a signed-in user. */
export interface IssuerUser {
  /** As in the source app's users table. */
  readonly id: IdInput;
}

/** What the host's hook gave, or null when nobody is signed in. The hook is called `hook` in the message. */
export function checkUser<User extends IssuerUser>(hook: string, user: User | null | undefined): User | null {
  if (user === null || user === undefined) return null;
  if (!['string', 'number', 'bigint'].includes(typeof user.id)) {
    // The host's mistake: left alone, `issue` would blame the caller for a field that was never sent.
    throw new TypeError(`${hook} must give a user with an id, or null`);
  }
  return user;
}
