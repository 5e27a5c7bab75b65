/* global fetch, URLSearchParams */
// One handoff with everything that runs on servers, as built: core in the database, express on both sides.
import { createServer } from 'node:http';
import { createCrossAppSessions } from '@cross-app/core';
import { crossAppAuth, crossAppIssuer } from '@cross-app/express';
import { createCrossAppClient } from '@cross-app/sdk';
import express from 'express';
import knexFactory from 'knex';

const secret = 'shared-by-tuvens-and-hi-events-only';
const knex = knexFactory({ client: 'pg', connection: process.env.DATABASE_URL });
const sessions = createCrossAppSessions({ knex, appId: 'tuvens' });
const app = express();
const server = createServer(app);
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const origin = `http://127.0.0.1:${server.address().port}`;
app.use(
  '/api',
  crossAppIssuer({
    sessions,
    apps: { 'hi-events': { secrets: [secret] } },
    authenticate: () => ({ id: 11 }),
    canUseAccount: () => true,
  }),
);
const client = createCrossAppClient({ baseUrl: `${origin}/api`, appId: 'hi-events', secret });
for (const [path, store] of [
  ['/database', createCrossAppSessions({ knex, appId: 'hi-events' })],
  ['/http', client],
]) {
  app.post(path, crossAppAuth({ sessions: store, targetApp: 'hi-events' }), (req, res) => {
    res.json(req.crossApp.user);
  });
}

async function arrive(path, token) {
  const reply = await fetch(origin + path, {
    method: 'POST',
    body: new URLSearchParams({ session_token: token }),
  });
  return reply.ok ? (await reply.json()).email : reply.status;
}

const handoff = { userId: 11, accountId: 77, targetApp: 'hi-events' };
const outcomes = {};
for (const path of ['/database', '/http']) {
  const { token } = await sessions.issue(handoff);
  outcomes[path] = [await arrive(path, token), await arrive(path, token)];
}
const { token } = await sessions.issue(handoff);
await sessions.revoke(token, { userId: 11 });
outcomes.revoked = await arrive('/database', token);
server.closeAllConnections();
server.close();
await knex.destroy();
console.log(JSON.stringify(outcomes));
