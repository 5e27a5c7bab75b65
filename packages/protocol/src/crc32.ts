// CRC-32 as in IEEE 802.3 and zlib. It finds every change of up to 32 neighbouring bits, so any one
// changed character of a token. It is a typing check, not a defence: anyone can compute it.
const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit++) remainder = (remainder >>> 1) ^ (remainder & 1 ? 0xedb88320 : 0);
  return remainder;
});

/** The CRC-32 of the bytes, as an unsigned 32-bit number. */
export function crc32(bytes: Uint8Array): number {
  let remainder = 0xffffffff;
  for (const byte of bytes) remainder = (remainder >>> 8) ^ (TABLE[(remainder ^ byte) & 255] ?? 0);
  return (remainder ^ 0xffffffff) >>> 0;
}
