import type { CrossAppAccount, CrossAppUser } from '@cross-app/protocol';

/** Somebody who can be signed in at the source app. */
export interface TestPerson {
  /** As in the source app's users table, as text. */
  readonly id: string;
  readonly email: string;
  /** Default is the e-mail address. */
  readonly name?: string | undefined;
  /** What they may act for. Default none. */
  readonly accounts?: readonly TestAccount[] | undefined;
}

/** An account of a {@link TestPerson}. */
export interface TestAccount {
  readonly id: string;
  readonly name: string;
  readonly slug: string;
}

/** Users and accounts as the source app's tables would have them. */
export interface People {
  user(id: string): CrossAppUser | undefined;
  account(id: string): CrossAppAccount | undefined;
  remove(userId: string): void;
}

/** @throws TypeError for two people or two accounts with one id. */
export function createPeople(people: readonly TestPerson[]): People {
  const users = byId(
    'people',
    people.map(({ id, email, name }) => ({ id, email, name: name ?? email })),
  );
  // An account may have several members.
  const accounts = new Map(people.flatMap((person) => person.accounts ?? []).map((each) => [each.id, each]));
  return {
    user: (id) => users.get(id),
    account: (id) => accounts.get(id),
    remove: (userId) => void users.delete(userId),
  };
}

function byId<Item extends { readonly id: string }>(name: string, items: readonly Item[]): Map<string, Item> {
  const found = new Map(items.map((item) => [item.id, item]));
  if (found.size !== items.length) throw new TypeError(`${name} must have an id of their own each`);
  return found;
}
