import { createCrossAppSessions } from '@cross-app/core';
import { countStatements } from '../common/count-statements.mjs';
import { openKnex } from '../common/database.mjs';
import { measureFunction } from '../common/load.mjs';
import { makeTokens, TARGET_APP } from '../common/tokens.mjs';

const CONNECTIONS = 10;

/** Core, called in this process: `{ run({ tokens, kind }, size) => { seconds, queries }, stop() }`. */
export async function openCore(databaseUrl) {
  const knex = openKnex(databaseUrl, CONNECTIONS);
  const statements = countStatements(knex);
  const sessions = createCrossAppSessions({ knex, appId: 'tuvens' });
  const redeem = (token) => codeOf(sessions.redeem(token, { targetApp: TARGET_APP }));
  await learnTime(redeem);
  return {
    async run({ tokens, kind }, size) {
      const before = statements();
      const seconds = await measureFunction(async () => {
        const code = await redeem(tokens.pop());
        if (code !== kind.code) throw new RangeError(`${kind.name}: ${code}, where ${kind.code} is due`);
      }, size);
      return { seconds, queries: statements() - before };
    },
    stop: () => knex.destroy(),
  };
}

// Without the database's time nothing is known to have expired long ago.
async function learnTime(redeem) {
  const [unknown] = makeTokens(1);
  await redeem(unknown);
}

function codeOf(redemption) {
  return redemption.then(
    () => 'accepted',
    (error) => error.code,
  );
}
