import { randomBytes } from 'node:crypto';
import type { Client } from 'pg';
import { ok, warn } from './check.js';
import type { Check } from './check.js';
import type { Connections } from './connection.js';

const ROUNDS = 10;
// What a server says of a statement that another client made, or that it has never heard of.
const NAMED_STATEMENT_ERRORS: readonly unknown[] = ['42P05', '26000'];

const STATE = 'What is SET stays for whoever comes next, and LISTEN and session advisory locks do not work';

/** Whether a pooler gives connections away between transactions, and whether it knows named statements. */
export async function checkPooler(connections: Connections): Promise<Check> {
  const name = 'pooler';
  if (!(await sharesBackends(connections))) return ok(name, 'each connection has a backend of its own');
  if (await keepsNamedStatements(connections)) {
    return ok(name, `a pooler gives connections away between transactions. ${STATE}`);
  }
  return warn(
    name,
    `a pooler gives connections away between transactions, and named statements fail there. ${STATE}`,
    'Set prepare: false in createCrossAppSessions, and name no statements of your own (name: in a query); knex and pg name none by themselves. Or update to PgBouncer 1.21 and set max_prepared_statements. Connect directly for LISTEN.',
  );
}

/** Two clients that are there at once never have one backend, and none ever changes, unless a pooler deals them. */
async function sharesBackends({ first, second }: Connections): Promise<boolean> {
  const ofFirst = new Set<number>();
  const ofSecond = new Set<number>();
  for (let round = 0; round < ROUNDS; round++) {
    // Twice, for a pooler that deals two backends in turn would give each client always the same one.
    ofFirst.add(await backendOf(first));
    ofFirst.add(await backendOf(first));
    ofSecond.add(await backendOf(second));
  }
  return ofFirst.size > 1 || ofSecond.size > 1 || [...ofFirst].some((pid) => ofSecond.has(pid));
}

async function backendOf(client: Client): Promise<number> {
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  return Number(rows[0]?.pid);
}

/** Both clients call a statement of their own by one name, as two processes of one app do. */
async function keepsNamedStatements({ first, second }: Connections): Promise<boolean> {
  const name = `cross_app_doctor_${randomBytes(8).toString('hex')}`;
  try {
    const ofFirst = { name, text: "SELECT 'first' AS client", expected: 'first' };
    const ofSecond = { name, text: "SELECT 'second' AS client", expected: 'second' };
    for (let round = 0; round < ROUNDS; round++) {
      if (!(await answers(first, ofFirst)) || !(await answers(first, ofFirst))) return false;
      if (!(await answers(second, ofSecond))) return false;
    }
    return true;
  } catch (error) {
    if (NAMED_STATEMENT_ERRORS.includes((error as { code?: unknown }).code)) return false;
    throw error;
  } finally {
    await forget(first, name);
  }
}

async function answers(
  client: Client,
  { expected, ...statement }: { name: string; text: string; expected: string },
): Promise<boolean> {
  const { rows } = await client.query<{ client: string }>(statement);
  return rows[0]?.client === expected;
}

/** The statement would stay with the pooler's connections for as long as they live. */
async function forget(client: Client, name: string): Promise<void> {
  for (let round = 0; round < ROUNDS; round++) {
    await client.query(`
DO $$ BEGIN
  IF EXISTS (SELECT FROM pg_prepared_statements WHERE name = '${name}') THEN DEALLOCATE ${name}; END IF;
END $$`);
  }
}
