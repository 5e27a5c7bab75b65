import { CrossAppError } from '@cross-app/protocol';
import type { IssueRequest } from '@cross-app/protocol';
import type { Prove } from './call.js';
import type { Config } from './options.js';

/** How the signed-in person proves themselves to a client's verb; the request is what `issue` was asked for. */
export function userProof({ accessToken }: Config, verb: string, request?: IssueRequest): Prove {
  if (accessToken === undefined) {
    throw notSignedIn(`createCrossAppClient was given no accessToken, and ${verb} needs it`);
  }
  return bearerProof(() => accessToken(request));
}

/** The headers of whoever has this access token. */
export function bearerProof(accessToken: () => string | Promise<string>): Prove {
  return async () => {
    const token: unknown = await accessToken();
    // The form of RFC 6750, section 2.1. What is not of it could not be sent, and fetch would quote it.
    if (typeof token !== 'string' || !/^[A-Za-z0-9\-._~+/]+=*$/.test(token)) {
      throw notSignedIn('accessToken gave no bearer token (RFC 6750)');
    }
    return { authorization: `Bearer ${token}` };
  };
}

function notSignedIn(why: string): CrossAppError {
  return new CrossAppError('user_unauthenticated', { cause: new TypeError(why) });
}
