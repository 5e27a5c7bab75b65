// Ours, with every guarantee: as it comes, and with one statement a call.
import { createCrossAppSessions } from '@cross-app/core';
import { crossAppAuth, crossAppIssuer } from '@cross-app/express';
import { Router } from 'express';
import { openKnex } from '../../common/database.mjs';
import { TARGET_APP } from '../../common/tokens.mjs';
import { CONNECTIONS } from '../connections.mjs';
import { nextPerson } from '../people.mjs';

// What every call is counted against, so high that none is refused.
const MILLION = 1_000_000;
const HIGH_LIMITS = { generatePerMinute: MILLION, validatePerMinute: MILLION };

export const batched = { name: 'batched', createHandlers: (given) => createHandlers(given, {}) };
export const single = { name: 'single', createHandlers: (given) => createHandlers(given, { batch: false }) };

function createHandlers({ databaseUrl, secret }, settings) {
  const knex = openKnex(databaseUrl, CONNECTIONS);
  const sessions = createCrossAppSessions({ knex, appId: 'tuvens', ...settings });
  const handlers = Router();
  handlers.post('/redeem', crossAppAuth({ sessions, targetApp: TARGET_APP }), (req, res) => {
    res.json(req.crossApp.user);
  });
  return handlers.use(
    crossAppIssuer({
      sessions,
      apps: { [TARGET_APP]: { secrets: [secret] } },
      authenticate: () => ({ id: nextPerson() }),
      canUseAccount: () => true,
      limits: HIGH_LIMITS,
    }),
  );
}
