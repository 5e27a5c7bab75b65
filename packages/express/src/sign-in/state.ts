import { randomBytes, timingSafeEqual } from 'node:crypto';
import { seal } from './browser-secret.js';
import type { BrowserSecret } from './browser-secret.js';

/** What a bound flow remembers while the browser is at the source app. It travels in `state`, sealed. */
export interface Flow {
  /** Random, so that every flow has a verifier of its own. */
  readonly nonce: string;
  /** The id of the source app that it was begun for (RFC 9207: whoever answers must be that one). */
  readonly source: string;
  /** Where the person goes afterwards: an absolute URL, checked. */
  readonly returnTo: string;
}

/** A new flow. */
export function beginFlow(source: string, returnTo: string): Flow {
  return { nonce: randomBytes(16).toString('base64url'), source, returnTo };
}

/** The flow as a `state` that only this browser can bring back. */
export function sealFlow(secret: BrowserSecret, { nonce, source, returnTo }: Flow): string {
  const content = Buffer.from(JSON.stringify([nonce, source, returnTo])).toString('base64url');
  return `${content}.${seal(secret, content)}`;
}

/** The flow of a `state`, or undefined for one that was not made for this browser. */
export function openFlow(secret: BrowserSecret, state: string): Flow | undefined {
  const [content = '', proof = '', ...others] = state.split('.');
  if (others.length > 0 || !isEqual(proof, seal(secret, content))) return undefined;
  const [nonce, source, returnTo] = JSON.parse(Buffer.from(content, 'base64url').toString()) as [
    string,
    string,
    string,
  ];
  return { nonce, source, returnTo };
}

function isEqual(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}
