import { createHash } from 'node:crypto';
import { parse } from 'node-html-parser';
import type { Express } from 'express';
import request from 'supertest';
import type { Agent, Response, Test } from 'supertest';
import type { TestStore } from '../store.js';
import { MOUNT, ORIGIN, TUVENS } from './hi-events.js';

/** A browser: it keeps cookies, and sends what browsers send. */
export interface Visitor {
  readonly agent: Agent;
  get(path: string): Test;
  /** Posts a form of the target app's own page. */
  post(path: string, fields: Record<string, string>): Test;
  /** Posts a form of another site's page: `SameSite=Lax` cookies stay at home. */
  postFrom(origin: string, fields: Record<string, string>): Test;
  /** Who the target app says is signed in. */
  whoAmI(): Promise<string | null>;
}

export function createVisitor(app: Express): Visitor {
  const agent = request.agent(app);
  return {
    agent,
    get: (path) => agent.get(path).set('Sec-Fetch-Dest', 'document').set('Sec-Fetch-Mode', 'navigate'),
    post: (path, fields) => agent.post(path).set('Sec-Fetch-Site', 'same-origin').type('form').send(fields),
    postFrom: (origin, fields) => {
      const sent = agent.post(MOUNT).set('Origin', origin).set('Sec-Fetch-Site', 'cross-site');
      return withoutCookies(sent).type('form').send(fields);
    },
    whoAmI: async () => ((await agent.get('/')).body as { visitor: string | null }).visitor,
  };
}

// An agent attaches its cookies when the request is made; a header that is set wins.
function withoutCookies(sent: Test): Test {
  return sent.set('Cookie', '');
}

/** The form of a page: where it goes, and what it carries. */
export function formOf({ text }: Response): { path: string; fields: Record<string, string> } {
  const form = parse(text).querySelector('form');
  const action = form?.getAttribute('action') ?? '';
  const inputs = form?.querySelectorAll('input[type=hidden]') ?? [];
  const fields = inputs.map((input) => [input.getAttribute('name') ?? '', input.getAttribute('value') ?? '']);
  return { path: action.replace(ORIGIN, ''), fields: Object.fromEntries(fields) as Record<string, string> };
}

/** What a person reads on a page. */
export function textOf({ text }: Response): string {
  return (parse(text).querySelector('main')?.textContent ?? '').replace(/\s+/g, ' ');
}

/** The way that leads to the source app's `/authorize`. */
export async function begin(visitor: Visitor, query = ''): Promise<URL> {
  const { headers, status } = await visitor.get(`${MOUNT}/start${query}`);
  expect(status).toBe(303);
  return new URL(String(headers['location']));
}

/** What the source app answers to it, for Ada: the path of the landing with a bound token. */
export async function answerOf(
  store: TestStore,
  asked: URL,
  changes: Record<string, string> = {},
): Promise<string> {
  const codeChallenge = asked.searchParams.get('code_challenge') ?? '';
  const token = await store.issueToken({ codeChallenge, ttlSeconds: 60 });
  return landingWith({
    session_token: token,
    state: asked.searchParams.get('state') ?? '',
    iss: TUVENS,
    ...changes,
  });
}

/** The path of the landing with these parameters. */
export function landingWith(parameters: Record<string, string>): string {
  return `${MOUNT}/?${new URLSearchParams(parameters).toString()}`;
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

/** Cookies that a reply sets, by name, with their attributes. */
export function cookiesOf({ headers }: Response): Record<string, string> {
  const set = (headers['set-cookie'] ?? []) as unknown as string[];
  return Object.fromEntries(set.map((cookie) => [cookie.split('=', 1)[0] ?? '', cookie]));
}
