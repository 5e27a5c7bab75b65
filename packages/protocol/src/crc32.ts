/**
 * The CRC-32 of the bytes as in IEEE 802.3 and zlib, as an unsigned 32-bit number. It finds every change of up to
 * 32 neighbouring bits, so any one changed character of a token. It is a typing check, not a defence: anyone can
 * compute it.
 */
export function crc32(bytes: Uint8Array): number {
  let remainder = 0xffffffff;
  // Without a table: for the 38 bytes of a token it would be most of the code in a page.
  for (const byte of bytes) {
    remainder ^= byte;
    for (let bit = 0; bit < 8; bit++) remainder = (remainder >>> 1) ^ (remainder & 1 ? 0xedb88320 : 0);
  }
  return (remainder ^ 0xffffffff) >>> 0;
}
