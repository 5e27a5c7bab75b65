// What home-made handoffs do: a session under a random id in the store that is there already, read and then destroyed.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { promisify } from 'node:util';
import connectPgSimple from 'connect-pg-simple';
import session from 'express-session';
import { byCalls, must } from '../by-calls.mjs';
import { personOf, TARGET_APP, TTL_SECONDS } from '../handoff.mjs';
import { openPool } from '../pools.mjs';
import { makeToken } from '../token.mjs';

const TABLE = createRequire(import.meta.url).resolve('connect-pg-simple/table.sql');

export const expressSession = {
  name: 'express-session',
  share: 0.5,
  tables: ['session'],
  issued: ['session'],
  used: [],
  left: ['session'],
  open,
};

async function open(url) {
  const pool = openPool(url);
  await pool.query(await readFile(TABLE, 'utf8'));
  const PgStore = connectPgSimple(session);
  const store = new PgStore({ pool, pruneSessionInterval: false });
  const [get, set, destroy] = ['get', 'set', 'destroy'].map((name) => promisify(store[name].bind(store)));
  return byCalls({
    async issue(n) {
      const id = makeToken();
      const cookie = {
        originalMaxAge: TTL_SECONDS * 1000,
        expires: new Date(Date.now() + TTL_SECONDS * 1000),
      };
      await set(id, { cookie, userId: personOf(n), accountId: personOf(n), targetApp: TARGET_APP });
      return id;
    },
    async redeem(id) {
      const found = await get(id);
      must(found?.targetApp === TARGET_APP, 'the session store');
      await destroy(id);
    },
    close: () => pool.end(),
  });
}
