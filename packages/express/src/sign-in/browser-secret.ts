import { createHash, createHmac, randomBytes } from 'node:crypto';

const HEX = 16;

/** What the cookie of a browser holds. */
export interface BrowserSecret {
  /** 32 random bytes as base64url: only this browser and this app know them. */
  readonly value: string;
  /** Marks of the handoffs that this browser has completed, the latest last. */
  readonly completed: readonly string[];
}

/** A new browser. */
export function makeBrowserSecret(): BrowserSecret {
  return { value: randomBytes(32).toString('base64url'), completed: [] };
}

/**
 * The verifier (RFC 7636) of the flow with this nonce. Each flow has its own, and none is kept: the cookie stays
 * as small with fifty tabs as with one.
 */
export function verifierOf({ value }: BrowserSecret, nonce: string): string {
  return derive(value, 'verifier', nonce);
}

/** The S256 challenge of a verifier (RFC 7636, section 4.2). */
export function challengeOf(verifier: string): string {
  return createHash('sha256').update(verifier).digest('base64url');
}

/**
 * The redemption id of this browser for this token: the same again whenever it asks again, and known to nobody
 * without the cookie. It is a UUID of version 8 (RFC 9562, section 5.8), while a random one is of version 4: the
 * source app can tell that two different ones of version 8 are two browsers.
 */
export function redemptionIdOf(verifier: string, tokenHash: string): string {
  const hex = createHmac('sha256', verifier).update(`redemption\0${tokenHash}`).digest('hex');
  const variant = ((Number.parseInt(hex.charAt(16), HEX) & 0b0011) | 0b1000).toString(HEX);
  const parts = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ];
  return parts.join('-');
}

/** The id of the target app's own session: 43 characters, the same again for a repeat by this browser. */
export function sessionIdOf({ value }: BrowserSecret, tokenHash: string): string {
  return derive(value, 'session', tokenHash);
}

/** The mark of a completed handoff: 11 characters that say nothing to anybody else. */
export function markOf({ value }: BrowserSecret, tokenHash: string): string {
  return derive(value, 'completed', tokenHash).slice(0, 11);
}

/** What proves that a state was made for this browser. */
export function seal({ value }: BrowserSecret, content: string): string {
  return derive(value, 'state', content);
}

// The purpose is part of the message, so that what one of them gives away is no use as another.
function derive(secret: string, purpose: string, about: string): string {
  return createHmac('sha256', secret).update(`${purpose}\0${about}`).digest('base64url');
}
