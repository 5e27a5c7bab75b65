import { redactTokens } from '@cross-app/protocol';
import type { CrossAppRequest } from '../request.js';
import { secretsOf } from './request-secrets.js';

/** Gives the text without what is secret in it. */
export type Redactor = (text: string) => string;

const HIDDEN = '[redacted]';
const MAX_LENGTH = 8_000;
// Shorter pieces of a secret help nobody to guess the rest, and would hide ordinary words.
const PIECE = 8;
const PREFIX = 'handoff_';

/**
 * Replaces what looks like a secret wherever it comes from: tokens, credentials after `Bearer` and `Basic`,
 * passwords in URLs. Control characters become `\u` and four digits, so that nobody writes lines of their own
 * into a log. No more than 8,000 characters are read.
 */
export const redactText: Redactor = (text) =>
  redactTokens(text.slice(0, MAX_LENGTH))
    .replace(/\b(bearer|basic) +[\w.~+/=-]{8,}/gi, `$1 ${HIDDEN}`)
    .replace(/(\/\/[^\s/@:]*):[^\s/@]+@/g, `$1:${HIDDEN}@`)
    .replace(/\p{Cc}/gu, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);

/**
 * A redactor that also knows what is secret in this request: every piece of 8 characters or more of it is
 * replaced, so that what an error has cut out or wrapped is found as well.
 */
export function redactorOf(req: CrossAppRequest): Redactor {
  const pieces = new Set(secretsOf(req).flatMap(piecesOf));
  return (text) => hide(redactText(text), pieces);
}

function piecesOf(secret: string): readonly string[] {
  // The prefix is no secret, and it is what tells a token apart.
  return [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret.replace(/\p{Cs}/gu, ''))]
    .flatMap((spelling) => spelling.split(PREFIX))
    .flatMap((part) =>
      Array.from({ length: Math.max(0, part.length - PIECE + 1) }, (_, at) => part.slice(at, at + PIECE)),
    );
}

function hide(text: string, pieces: ReadonlySet<string>): string {
  let shown = '';
  let at = 0;
  while (at < text.length) {
    let end = at;
    for (let next = at; next <= end; next++) {
      if (pieces.has(text.slice(next, next + PIECE))) end = next + PIECE;
    }
    shown += end > at ? HIDDEN : text.charAt(at);
    at = Math.max(end, at + 1);
  }
  return shown;
}
