// RFC 4648 section 5, for whole groups of three bytes only: then there is no padding, and every text
// has exactly one spelling. By `atob` and `btoa`, because protocol runs where there is no Buffer.

/** Encodes bytes whose count is a multiple of three. */
export function encodeBase64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replace(/\+/g, '-')
    .replace(/\//g, '_');
}

/** Decodes text whose length is a multiple of four and whose characters are all of the alphabet. */
export function decodeBase64url(text: string): Uint8Array {
  const binary = atob(text.replace(/-/g, '+').replace(/_/g, '/'));
  const bytes = new Uint8Array(binary.length);
  // `Uint8Array.from` with a callback takes many times as long, and this is most of the work of reading a token.
  for (let at = 0; at < binary.length; at++) bytes[at] = binary.charCodeAt(at);
  return bytes;
}
