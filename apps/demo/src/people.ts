import { User } from '@cross-app/core';
import type { Account } from '@cross-app/core';
import type { Knex } from 'knex';

// DEMO ONLY. Your app checks its own passwords, and hashes them.
const PASSWORD_OF_EVERYBODY = 'demo';

interface Person {
  readonly email: string;
  readonly name: string;
  /** Slugs of the accounts that they are a member of. */
  readonly accounts: string[];
}

/** Whom the ready link and `--once` are about. */
export const ORGANIZER: Person = {
  email: 'organizer@example.com',
  name: 'Demo Organizer',
  accounts: ['riverside-hall', 'night-market'],
};

/** Who can sign in at Tuvens. */
export const PEOPLE: readonly Person[] = [
  ORGANIZER,
  { email: 'member@example.com', name: 'Demo Member', accounts: ['riverside-hall'] },
  { email: 'test@example.com', name: 'Test User', accounts: [] },
];

const ACCOUNTS = [
  { name: 'Riverside Hall', slug: 'riverside-hall' },
  { name: 'Night Market Collective', slug: 'night-market' },
];

/** Adds the people and accounts that are missing, and changes none that are there. */
export async function seedPeople(knex: Knex): Promise<void> {
  const users = PEOPLE.map(({ email, name }) => ({ email, name }));
  await knex('users').insert(users).onConflict(knex.raw('(lower(email))')).ignore();
  await knex('accounts').insert(ACCOUNTS).onConflict('slug').ignore();
  for (const { email, accounts } of PEOPLE) {
    await knex.raw(
      `INSERT INTO account_members (user_id, account_id)
       SELECT users.id, accounts.id FROM users, accounts WHERE lower(email) = ? AND slug = ANY (?)
       ON CONFLICT DO NOTHING`,
      [email, accounts],
    );
  }
}

/** Whoever has this e-mail address and password. */
export async function findByPassword(knex: Knex, email: string, password: string): Promise<User | undefined> {
  // PostgreSQL has no text with a NUL in it, and would fail instead of finding nobody.
  if (password !== PASSWORD_OF_EVERYBODY || email.includes('\0')) return undefined;
  return User.query(knex).whereRaw('lower(email) = lower(?)', [email.trim()]).first();
}

/** The accounts that the user is a member of. */
export async function findAccounts(knex: Knex, user: User): Promise<Account[]> {
  return User.relatedQuery<Account>('accounts', knex).for(user.id).orderBy('accounts.id');
}
