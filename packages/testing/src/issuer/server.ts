import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { HandoffForm } from '@cross-app/protocol';
import type { TestPerson } from '../sessions/people.js';
import { authorize } from './authorize.js';
import type { Misbehaviour } from './behaviour.js';
import type { IssuerSettings } from './options.js';
import { sendForm, sendLink, sendSignIn, sendText } from './pages.js';

/** What the server works with. */
export interface IssuerParts {
  readonly settings: IssuerSettings;
  readonly state: { readonly misbehaviour: Misbehaviour; readonly issued: string[] };
  form(person: TestPerson): Promise<HandoffForm>;
  link(person: TestPerson): Promise<string>;
}

/** Where the real issuer has it, if it is mounted as its documents say. */
export const AUTHORIZE_PATH = '/api/cross-app/authorize';

const COOKIE = 'fake-issuer';

export async function listen(parts: IssuerParts): Promise<{ address: string; close(): Promise<void> }> {
  const server = createServer((req, res) => {
    answer(parts, req, res).catch((error: unknown) => {
      sendText(res, 500, String(error));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    address: `http://127.0.0.1:${port}`,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function answer(parts: IssuerParts, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const { origin, people } = parts.settings;
  const url = new URL(req.url ?? '/', origin);
  const person = people.find(({ id }) => id === signedInUser(req));
  switch (`${req.method ?? ''} ${url.pathname}`) {
    case `GET ${AUTHORIZE_PATH}`:
      return answerAuthorize(parts, url, { res, person });
    case 'GET /signed-in':
      signIn(res, url.searchParams.get('user') ?? '');
      sendText(res, 200, 'Done');
      return;
    case 'POST /sign-in':
      return answerSignIn(parts, req, res);
    case 'GET /handoff/form':
      if (person === undefined) sendSignIn(res, people, url.href);
      else sendForm(res, await parts.form(person));
      return;
    case 'GET /handoff/link':
      if (person === undefined) sendSignIn(res, people, url.href);
      else sendLink(res, await parts.link(person));
      return;
    default:
      sendText(res, 404, 'Not found');
  }
}

async function answerAuthorize(
  { settings, state }: IssuerParts,
  url: URL,
  { res, person }: { res: ServerResponse; person: TestPerson | undefined },
): Promise<void> {
  const { misbehaviour } = state;
  const reply = await authorize(settings, url.searchParams, { person, misbehaviour });
  if ('signIn' in reply) {
    sendSignIn(res, settings.people, url.href);
  } else if ('refused' in reply) {
    sendText(res, 400, reply.refused);
  } else {
    if (reply.token !== null) state.issued.push(reply.token);
    redirect(res, reply.redirect);
  }
}

async function answerSignIn(parts: IssuerParts, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const { origin } = parts.settings;
  const fields = new URLSearchParams(await text(req));
  signIn(res, fields.get('user') ?? '');
  const continueUrl = fields.get('continue') ?? '';
  redirect(res, continueUrl.startsWith(`${origin}/`) ? continueUrl : `${origin}/`);
}

function redirect(res: ServerResponse, location: string): void {
  res.writeHead(303, { location, 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' }).end();
}

// A session would be random. Here the test says who it is.
function signIn(res: ServerResponse, userId: string): void {
  const isOut = userId === '' ? '; Max-Age=0' : '';
  const value = encodeURIComponent(userId);
  res.setHeader('set-cookie', `${COOKIE}=${value}; HttpOnly; SameSite=Lax; Path=/${isOut}`);
}

function signedInUser(req: IncomingMessage): string {
  const [, value = ''] = new RegExp(`(?:^|; )${COOKIE}=([^;]*)`).exec(req.headers.cookie ?? '') ?? [];
  return decodeURIComponent(value);
}
