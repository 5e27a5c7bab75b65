import { fail, ok, warn } from './check.js';
import type { Check } from './check.js';
import { howToChange, howToChangeServer, whereSet } from './server-facts.js';
import type { ServerFacts } from './server-facts.js';

/** What the server is set to, where that decides whether a handoff is safe. */
export function checkServer(facts: ServerFacts): Check[] {
  return [
    checkPrimary(facts),
    checkIsolation(facts),
    checkCommits(facts),
    checkCrashSafety(facts),
    checkConnections(facts),
  ];
}

function checkPrimary({ isInRecovery, settings, ...facts }: ServerFacts): Check {
  const name = 'primary';
  const { default_transaction_read_only: readOnly } = settings;
  if (isInRecovery) {
    return fail(
      name,
      'this is a standby, which takes no writes: every issue and redeem fails',
      'Let DATABASE_URL lead to the primary: through HAProxy, a virtual IP or PgBouncer. The driver ignores target_session_attrs.',
    );
  }
  return readOnly.value === 'on'
    ? fail(
        name,
        `transactions are read-only by default (${whereSet(readOnly)}): every issue and redeem fails`,
        howToChange(readOnly, facts),
      )
    : ok(name, 'the server takes writes');
}

function checkIsolation({ settings, ...facts }: ServerFacts): Check {
  const name = 'isolation';
  const { default_transaction_isolation: isolation } = settings;
  return isolation.value === 'read committed'
    ? ok(name, 'the default isolation level is read committed')
    : warn(
        name,
        `the default isolation level is ${isolation.value} (${whereSet(isolation)}): each verb takes three round trips instead of one, and a redeem by SQL of your own fails with 40001 where it should be refused`,
        howToChange(isolation, facts),
      );
}

function checkCommits({ settings, ...facts }: ServerFacts): Check {
  const name = 'synchronous-commit';
  const { synchronous_commit: commit } = settings;
  return commit.value === 'off'
    ? warn(
        name,
        `synchronous_commit is off (${whereSet(commit)}). The verbs turn it on for themselves; what the app writes beside them, such as its own sign-ins and sign-outs, can be gone after a crash although it was acknowledged`,
        howToChange(commit, facts),
      )
    : ok(name, `synchronous_commit is ${commit.value}`);
}

function checkCrashSafety({ settings }: ServerFacts): Check {
  const name = 'crash-safety';
  const off = [settings.fsync, settings.full_page_writes].filter(({ value }) => value === 'off');
  if (off.length === 0) return ok(name, 'fsync and full_page_writes are on');
  return fail(
    name,
    `${off.map((setting) => `${setting.name} is off (${whereSet(setting)})`).join(', ')}: after a crash a used token can be unused again, and the database broken`,
    off.map((setting) => howToChangeServer(setting)).join(' '),
  );
}

// The share from which a deployment, with its old and new processes at once, may not fit any more.
const CROWDED = 0.8;

function checkConnections({ connections: { used, limit, limitedBy } }: ServerFacts): Check {
  const name = 'connections';
  const room = Math.max(0, limit - used);
  const found = `${used} of ${limit} connections (${limitedBy}) are taken`;
  return used < limit * CROWDED
    ? ok(
        name,
        `${found}; a knex pool takes up to 10 for each process, so there is room for ${Math.floor(room / 10)} more`,
      )
    : warn(
        name,
        `${found}: the next deployment may get none`,
        `Make the pools smaller (pool.max of each process), put PgBouncer in front, or raise ${limitedBy}.`,
      );
}
