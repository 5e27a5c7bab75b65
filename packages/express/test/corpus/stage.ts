import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { makeToken, TOKEN_RANDOM_BYTES } from '@cross-app/protocol';
import { GENERATE, SECRET, SIGNED_IN, VALIDATE } from '../issuer-app.js';
import type { TestStore } from '../store.js';
import { LANDING, OLD_SECRET } from './apps.js';
import { exchange } from './exchange.js';
import type { RawRequest, Reply } from './exchange.js';

/** What a case is played on: a running server with the issuer and the landing, and their database. */
export interface Stage {
  readonly store: TestStore;
  /** Where the server listens that believes no forwarded header, and the one that believes one proxy. */
  readonly ports: { readonly plain: number; readonly behindProxy: number };
  /** Everything that nobody may print: secrets, and the tokens so far. */
  readonly secrets: string[];
  /** What happened, in a word each: `redeemed`, `replayed`, `rejected target_mismatch`, `secret old`. */
  readonly events: string[];
  /** What `onError` and the host's error handler were told. */
  readonly errors: unknown[];
  /** False in another process: there queries and rows are not counted, and what happens is not told. */
  readonly isInside: boolean;
  /** `$VALID` and `$USED` until a case uses them up: no refused case may. */
  readonly tokens: { valid?: string | undefined; used?: string };
}

/** What a request must come to. */
export interface Verdict {
  readonly status: number;
  /** The public code, or null where there is none in the body. Default null. */
  readonly code?: string | null;
  /** 0 where no query may be made. Default any number. */
  readonly queries?: 0;
  /** How many more rows are used afterwards. Default 0. */
  readonly uses?: number;
  /** How many more rows there are afterwards. Default 0. */
  readonly adds?: number;
}

/** What a request of a browser must come to. */
export interface PageVerdict extends Omit<Verdict, 'code' | 'adds'> {
  /** Where it is sent. Default nowhere. */
  readonly location?: string | RegExp;
}

/**
 * Sends what a browser would to the sign-in, and checks the reply: a page or a redirect, nothing of a stack, and no
 * secret but the token that the browser brought itself.
 */
export async function expectPage(
  stage: Stage,
  request: RawRequest,
  { status, location, queries, uses = 0 }: PageVerdict,
): Promise<Reply> {
  const { reply, ...changes } = await observe(stage, () => exchange(stage.ports.plain, request));
  if (uses > 0) stage.tokens.valid = undefined;
  expect(reply.status).toBe(status);
  if (stage.isInside) expect(changes).toEqual({ uses, adds: 0, queries: queries ?? changes.queries });
  expect(reply.headers['location'] ?? '').toMatch(location ?? /^$/);
  expect(reply.raw).not.toMatch(/node_modules|\bat .*:\d+:\d+/i);
  expect(SECRETS_OF_APPS.filter((secret) => reply.raw.includes(secret))).toEqual([]);
  expect(Reflect.ownKeys(Object.prototype).sort()).toEqual(PROTOTYPE);
  return reply;
}

const SECRETS_OF_APPS = [SECRET, OLD_SECRET];

/** Sends the request, and checks the reply, and what holds for every case whatever its reply. */
export async function expectReply(
  stage: Stage,
  request: RawRequest & { readonly behindProxy?: boolean },
  verdict: Verdict,
): Promise<Reply> {
  const { status, code = null, queries, uses = 0, adds = 0 } = verdict;
  const { plain, behindProxy } = stage.ports;
  const port = request.behindProxy === true ? behindProxy : plain;
  const { reply, ...changes } = await observe(stage, () => exchange(port, request));
  if (uses > 0) stage.tokens.valid = undefined;

  expect({ status: reply.status, code: reply.code }).toEqual({ status, code });
  if (stage.isInside) expect(changes).toEqual({ uses, adds, queries: queries ?? changes.queries });
  expectNothingTold(stage, reply);
  return reply;
}

interface Observed {
  readonly reply: Reply;
  readonly uses: number;
  readonly adds: number;
  readonly queries: number;
}

async function observe({ store, isInside }: Stage, send: () => Promise<Reply>): Promise<Observed> {
  if (!isInside) return { reply: await send(), uses: 0, adds: 0, queries: 0 };
  const before = await store.countRows();
  let reply: Reply | undefined;
  const queries = await store.countQueries(async () => {
    reply = await send();
  });
  if (reply === undefined) throw new TypeError('no reply');
  const after = await store.countRows();
  return { reply, uses: after.used - before.used, adds: after.all - before.all, queries };
}

/** Nothing secret, no stack and no HTML in the reply or in an error, no cookie, and nothing on Object.prototype. */
function expectNothingTold({ secrets, errors }: Stage, { raw, headers, body, status, code }: Reply): void {
  const told = inspect([raw, errors], { depth: 12, maxStringLength: null }).toLowerCase();
  expect(secrets.filter((secret) => pieces(secret).some((piece) => told.includes(piece)))).toEqual([]);
  expect(raw).not.toMatch(/<html|node_modules|\bat .*:\d+:\d+/i);
  expect(headers).not.toHaveProperty('set-cookie');
  expect(headers).not.toHaveProperty('location');
  expect(Reflect.ownKeys(Object.prototype).sort()).toEqual(PROTOTYPE);
  if (code !== null) {
    expect(headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'no-store',
    });
    expect(JSON.parse(body)).toMatchObject(
      'statusCode' in JSON.parse(body) ? { statusCode: status } : { status },
    );
  }
}

const PROTOTYPE = Reflect.ownKeys(Object.prototype).sort();

// Any sixteen characters in a row that begin at these places: mutations change some of a token, not all of it.
function pieces(secret: string): string[] {
  return [8, 24, 40]
    .map((at) => secret.slice(at, at + 16).toLowerCase())
    .filter((piece) => piece.length === 16);
}

/** A token that is watched from now on. */
export async function watch(stage: Stage, token: Promise<string>): Promise<string> {
  const watched = await token;
  stage.secrets.push(watched);
  return watched;
}

/** Fills in what the corpus leaves open. */
export async function filler(stage: Stage): Promise<(text: string) => string> {
  const { store, tokens, secrets } = stage;
  const valid = (tokens.valid ??= await store.issueToken());
  const used = (tokens.used ??= await store.redeemedToken());
  const unknown = unknownToken();
  secrets.push(valid, used, unknown);
  const values: [name: string, value: string][] = [
    ['$VALID', valid],
    ['$USED', used],
    ['$UNKNOWN', unknown],
    ['$SECRET_UPPER', SECRET.toUpperCase()],
    ['$OLD_SECRET', OLD_SECRET],
    ['$SECRET', SECRET],
    ['$WRONG', `${SECRET.slice(0, -1)}!`],
    ['$GOOD', 'good'],
    ['$EVIL', 'evil'],
    ['$ID_OF_OTHER_TOKEN', '3f0a1c52-9a53-4c5e-8d3e-0d1c2b3a4f5e'],
  ];
  return (text) => values.reduce((filled, [name, value]) => filled.replaceAll(name, () => value), text);
}

/** A token like ours that nobody has issued. */
export function unknownToken(expiresAtSeconds: number = Math.ceil(Date.now() / 1000) + 600): string {
  return makeToken({ randomBytes: randomBytes(TOKEN_RANDOM_BYTES), expiresAtSeconds });
}

const JSON_TYPE = ['Content-Type', 'application/json'] as const;
const FORM_TYPE = ['Content-Type', 'application/x-www-form-urlencoded'] as const;
export const AS_APP = ['x-shared-secret', SECRET] as const;
export const AS_ADA = ['Authorization', SIGNED_IN.Authorization] as const;

/** `validate-session` with this text as its JSON. */
export const validating = (body: string | Buffer): RawRequest => ({
  target: VALIDATE,
  headers: [AS_APP, JSON_TYPE],
  body,
});

/** `generate-session` as Ada with this text as its JSON. */
export const generating = (body: string): RawRequest => ({
  target: GENERATE,
  headers: [AS_ADA, JSON_TYPE],
  body,
});

/** The landing with this text as its JSON. */
export const landing = (body: string | Buffer): RawRequest => ({
  target: LANDING,
  headers: [JSON_TYPE],
  body,
});

/** The landing with this text as its form. */
export const landingForm = (body: string): RawRequest => ({ target: LANDING, headers: [FORM_TYPE], body });
