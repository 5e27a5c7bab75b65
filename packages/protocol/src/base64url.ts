// RFC 4648 section 5, for whole groups of three bytes only: then there is no padding, and every text
// has exactly one spelling. Written out because protocol runs where there is no Buffer.
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** Encodes bytes whose count is a multiple of three. */
export function encodeBase64url(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const group = (byteAt(bytes, i) << 16) | (byteAt(bytes, i + 1) << 8) | byteAt(bytes, i + 2);
    for (const shift of [18, 12, 6, 0]) text += ALPHABET.charAt((group >> shift) & 63);
  }
  return text;
}

/** Decodes text whose length is a multiple of four and whose characters are all of the alphabet. */
export function decodeBase64url(text: string): Uint8Array {
  const bytes = new Uint8Array((text.length / 4) * 3);
  for (let i = 0, at = 0; i < text.length; i += 4, at += 3) {
    let group = 0;
    for (const character of text.slice(i, i + 4)) group = (group << 6) | ALPHABET.indexOf(character);
    bytes.set([group >> 16, (group >> 8) & 255, group & 255], at);
  }
  return bytes;
}

function byteAt(bytes: Uint8Array, index: number): number {
  return bytes[index] ?? 0;
}
