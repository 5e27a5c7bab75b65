import { TOKEN_PATTERN } from '@cross-app/protocol';
import type { SentRequest } from './page.js';

/** What a thief has: no cookie. */
export interface Stolen {
  readonly token: string;
  /** The URL that held the token, or null if it was in a body. */
  readonly url: string | null;
}

/** The last token that went over the wire, also in the `Location` of a reply that was not followed. */
export function findStolen(requests: readonly SentRequest[]): Stolen | null {
  for (const { url, body, replyHeaders } of [...requests].reverse()) {
    for (const text of [absolute(replyHeaders['location'], url), url]) {
      const token = findToken(text);
      if (token !== undefined) return { token, url: text };
    }
    const token = findToken(body ?? '');
    if (token !== undefined) return { token, url: null };
  }
  return null;
}

function findToken(text: string): string | undefined {
  return new RegExp(TOKEN_PATTERN).exec(text)?.[0];
}

function absolute(location: string | undefined, base: string): string {
  return location !== undefined && URL.canParse(location, base) ? new URL(location, base).href : '';
}
