// The app in a process of its own, on one core: its argument is `databaseUrl`.
import { createCrossAppSessions } from '@cross-app/core';
import { countStatements } from '../common/count-statements.mjs';
import { openKnex } from '../common/database.mjs';
import { serve } from '../common/serve.mjs';
import { createApp } from './app.mjs';

const CONNECTIONS = 10;

const [databaseUrl] = process.argv.slice(2);
const knex = openKnex(databaseUrl, CONNECTIONS);
const statements = countStatements(knex);
const refusals = {};
const app = createApp(createCrossAppSessions({ knex, appId: 'tuvens' }), (code) => {
  refusals[code] = (refusals[code] ?? 0) + 1;
});
serve(app, () => ({ queries: statements(), refusals }));
