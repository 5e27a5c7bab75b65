import { createCrossAppClient } from '@cross-app/sdk';
import { parseToken, SHARED_SECRET_HEADER } from '@cross-app/protocol';
import { ORGANIZER } from '../people.js';
import { expect } from './transcript.js';
import type { Walk } from './walk.js';

interface JsonReply {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

interface JsonCall {
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: object;
}

const TIMEOUT_MS = 10_000;
const { email, name } = ORGANIZER;

export function logIn(walk: Walk): Promise<string> {
  return walk.transcript.step('API: a script logs in at Tuvens’ API', async () => {
    const { status, body } = await post(walk, { path: '/api/auth/login', body: { email, password: 'demo' } });
    const accessToken = body['access_token'];
    expect(status === 200 && typeof accessToken === 'string', `200 with an access_token, got ${status}`);
    return [accessToken, 'got an access token'];
  });
}

export function generateSession(walk: Walk, accessToken: string): Promise<string> {
  return walk.transcript.step('With it, the script asks for a handoff token', async () => {
    const { status, body } = await post(walk, {
      path: '/api/cross-app/generate-session',
      headers: { authorization: `Bearer ${accessToken}` },
      body: { target_app: 'hi-events' },
    });
    const token = body['session_token'];
    expect(status === 200 && typeof token === 'string', `200 with a session_token, got ${status}`);
    expect(parseToken(token) !== undefined, 'a session_token that is one');
    return [token, `got ${token}, valid until ${String(body['expires_at'])}`];
  });
}

export function validateSession(walk: Walk, token: string): Promise<void> {
  return walk.transcript.step('Hi.Events’ server redeems the token with its secret', async () => {
    const { status, body } = await validate(walk, token);
    expect(status === 200 && body['valid'] === true, `200 and valid, got ${status}`);
    expect(body['email'] === email && body['name'] === name, `${name}, got ${String(body['name'])}`);
    return [undefined, `the token stands for ${name} <${email}>`];
  });
}

export function validateAgain(walk: Walk, token: string): Promise<void> {
  return walk.transcript.step('The same call once more', async () => {
    const { status, body } = await validate(walk, token);
    expect(status === 404 && body['valid'] === false, `404 and not valid, got ${status}`);
    return [undefined, 'refused: the token is used up'];
  });
}

/** Asks about the person of a redeemed token, as Hi.Events' server may until the token expires. */
export function askAboutPerson(walk: Walk, token: string, accountId: string): Promise<void> {
  const { tuvensUrl, sharedSecret, transcript } = walk;
  return transcript.step('Hi.Events’ server asks Tuvens about the person who arrived', async () => {
    const client = createCrossAppClient({
      baseUrl: `${tuvensUrl}/api/cross-app`,
      appId: 'hi-events',
      secret: sharedSecret,
    });
    const accounts = await client.listAccounts(token);
    expect(
      accounts.some(({ id }) => id === accountId),
      `account ${accountId} among theirs`,
    );
    const maySell = await client.hasPermission(token, { permission: 'tickets:sell' });
    expect(maySell, 'that they may sell tickets');
    expect(!(await client.hasPermission(token, { permission: 'accounts:delete' })), 'and nothing else');
    return [
      undefined,
      `they are in ${accounts.map((account) => account.name).join(' and ')}, and may sell tickets`,
    ];
  });
}

function validate(walk: Walk, token: string): Promise<JsonReply> {
  return post(walk, {
    path: '/api/cross-app/validate-session',
    headers: { [SHARED_SECRET_HEADER]: walk.sharedSecret },
    body: { session_token: token },
  });
}

async function post(
  { tuvensUrl, transcript }: Walk,
  { path, headers = {}, body }: JsonCall,
): Promise<JsonReply> {
  const response = await fetch(`${tuvensUrl}${path}`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  transcript.note(`POST ${tuvensUrl}${path} → ${response.status}`);
  return { status: response.status, body: (await response.json()) as JsonReply['body'] };
}
