// The server in a process of its own, on one core: its arguments are `databaseUrl, secret`.
import { createCrossAppSessions } from '@cross-app/core';
import { openKnex } from '../common/database.mjs';
import { serve } from '../common/serve.mjs';
import { createApp } from './apps.mjs';

const POOL_SIZE = 10;

const [databaseUrl, secret] = process.argv.slice(2);
const sessions = createCrossAppSessions({ knex: openKnex(databaseUrl, POOL_SIZE), appId: 'tuvens' });
serve(createApp(sessions, secret));
