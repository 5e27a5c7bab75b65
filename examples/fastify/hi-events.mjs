// Hi.Events, the target app, on Fastify: the sdk redeems, and the session is Fastify's own.
import { randomUUID } from 'node:crypto';
import { createCrossAppClient, isCrossAppError } from '@cross-app/sdk';
import cookie from '@fastify/cookie';
import formbody from '@fastify/formbody';
import session from '@fastify/session';
import Fastify from 'fastify';

const { TUVENS_URL = 'http://localhost:3000', HI_EVENTS_URL = 'http://localhost:4000' } = process.env;

const sessions = createCrossAppClient({
  baseUrl: `${TUVENS_URL}/api/cross-app`,
  appId: 'hi-events',
  secret: process.env.HI_EVENTS_SHARED_SECRET,
});
const app = Fastify();

await app.register(formbody);
await app.register(cookie);
await app.register(session, {
  cookieName: 'hi-events',
  secret: randomUUID(), // of your configuration, with a store
  saveUninitialized: false,
  cookie: { secure: HI_EVENTS_URL.startsWith('https:'), sameSite: 'lax', path: '/' },
});

// The token comes in the body of a POST. A GET would be followed by mail scanners and previews, which use tokens up.
app.post('/auth/cross-app', async (request, reply) => {
  // Only pages of Tuvens may sign somebody in here; else any page could, as anybody.
  if (request.headers.origin !== TUVENS_URL) return reply.code(403).send('Please begin at Tuvens.');
  const { user } = await sessions.redeem(request.body?.session_token, { targetApp: 'hi-events' });
  await request.session.regenerate(); // a new id, so that one that was planted before is worth nothing
  request.session.set('name', user.name);
  return reply.header('cache-control', 'no-store').redirect('/', 303);
});

app.get('/', (request) => `Hello ${request.session.get('name') ?? 'stranger'}`);

// Used, expired, revoked, made up: the person sees one text, and the reason stays at Tuvens.
app.setErrorHandler((error, _request, reply) => {
  if (!isCrossAppError(error)) throw error;
  return reply.code(error.status).headers(error.headers).send(error.message);
});

const { hostname, port } = new URL(HI_EVENTS_URL);
await app.listen({ host: hostname, port: Number(port) });
