// RFC 7636 with the S256 method only. Hashing is left to whoever has a hash: core, express and browsers.
const VERIFIER = /^[A-Za-z0-9\-._~]{43,128}$/;
// 32 bytes are 43 characters, and the last of them carries two bits that must be zero: without that rule
// four strings would name the same challenge.
const CHALLENGE = /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/;

/** Whether the value has the form of a verifier: 43 to 128 characters of `[A-Za-z0-9-._~]` (RFC 7636, 4.1). */
export function isCodeVerifier(value: unknown): value is string {
  return typeof value === 'string' && VERIFIER.test(value);
}

/** Whether the value has the form of an S256 challenge: canonical base64url of 32 bytes (RFC 7636, 4.2). */
export function isCodeChallenge(value: unknown): value is string {
  return typeof value === 'string' && CHALLENGE.test(value);
}
