import { isCodeChallenge } from '@cross-app/protocol';
import type { TestPerson } from '../sessions/people.js';
import { replyParameters } from './behaviour.js';
import type { Misbehaviour } from './behaviour.js';
import type { IssuerSettings } from './options.js';

// A token of the bound flow has one redirect to live for.
const TTL_SECONDS = 60;

/** What the fake issuer answers: a redirect, a page, or the sign-in that has to come first. */
export type AuthorizeReply =
  | { readonly redirect: string; readonly token: string | null }
  | { readonly refused: string }
  | { readonly signIn: true };

/** `/authorize` of the bound flow, for whoever is signed in. */
export async function authorize(
  settings: IssuerSettings,
  query: URLSearchParams,
  { person, misbehaviour }: { person: TestPerson | undefined; misbehaviour: Misbehaviour },
): Promise<AuthorizeReply> {
  const { targetApp, landingUrl, origin, sessions } = settings;
  // Until both are known to be right, nobody is sent anywhere.
  if (query.get('client_id') !== targetApp) return { refused: 'client_id is not registered' };
  if (query.get('redirect_uri') !== landingUrl) return { refused: 'redirect_uri is not registered' };

  const goBack = (right: Record<string, string>, token: string | null): AuthorizeReply => {
    const all = { ...right, state: query.get('state') ?? '', iss: origin };
    return { redirect: `${landingUrl}?${replyParameters(all, misbehaviour).toString()}`, token };
  };
  const error = misbehaviour.error ?? findMistake(query);
  if (error !== undefined) return goBack({ error }, null);
  if (person === undefined) return { signIn: true };

  const asked = query.get('code_challenge') ?? undefined;
  const codeChallenge = misbehaviour.challenge === undefined ? asked : (misbehaviour.challenge ?? undefined);
  const accountId = query.get('account_id') ?? person.accounts?.[0]?.id;
  const request = { userId: person.id, accountId, targetApp, codeChallenge, ttlSeconds: TTL_SECONDS };
  const { token } = await sessions.issue(request);
  return goBack({ session_token: token }, token);
}

function findMistake(query: URLSearchParams): string | undefined {
  const repeated = [...new Set(query.keys())].some((name) => query.getAll(name).length > 1);
  const isBound =
    query.get('code_challenge_method') === 'S256' && isCodeChallenge(query.get('code_challenge'));
  return repeated || !isBound || (query.get('state') ?? '') === '' ? 'invalid_request' : undefined;
}
