import type { Revocation } from '@cross-app/protocol';
import { signLogoutToken } from './logout-token.js';
import type { LogoutSigner } from './logout-token.js';

/** The part of the global `fetch` that is used. */
export type PostForm = (url: string, init: RequestInit) => Promise<Response>;

/**
 * What became of it: the app knows it now, or will not have it, or may not know it, with the status or the error that says
 * so. What is not known is `later`.
 */
export type Outcome = 'delivered' | 'refused' | { readonly later: number | Error };

const TIMEOUT_MS = 10_000;

/** Posts the revocation to one app, once. Never rejects. */
export async function postLogout(
  to: LogoutSigner & { readonly url: string; readonly post: PostForm },
  revocation: Revocation,
): Promise<Outcome> {
  try {
    const { status, body } = await to.post(to.url, {
      method: 'POST',
      headers: { accept: 'application/json' },
      body: new URLSearchParams({ logout_token: signLogoutToken(revocation, to) }),
      // The token is for this app alone, and whatever answers elsewhere has not stored it.
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    // The status says it all: nothing else is read, however long it is.
    await body?.cancel();
    return read(status);
  } catch (thrown) {
    return { later: thrown instanceof Error ? thrown : new TypeError('fetch threw what is no error') };
  }
}

// OpenID Connect Back-Channel Logout 1.0, section 2.8. Another 2xx is some proxy's, and no word that it was stored.
function read(status: number): Outcome {
  if (status === 200 || status === 204) return 'delivered';
  return status === 400 ? 'refused' : { later: status };
}
