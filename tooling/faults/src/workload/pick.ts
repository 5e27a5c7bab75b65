import type { Random } from '../random.js';

export function pickOne<Item>(items: readonly [Item, ...Item[]] | readonly Item[], random: Random): Item {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) throw new RangeError('there is nothing to pick from');
  return item;
}

/** Of two items the one of twice the weight comes twice as often. Without one it is 1. */
export function pickWeighted<Item extends { readonly weight?: number }>(
  items: readonly Item[],
  random: Random,
): Item {
  let left = random() * items.reduce((sum, { weight = 1 }) => sum + weight, 0);
  return items.find(({ weight = 1 }) => (left -= weight) < 0) ?? pickOne(items, random);
}

/** Lower-case hexadecimal digits, which a verifier of RFC 7636 may consist of. */
export function randomText(length: number, random: Random): string {
  return Array.from({ length }, () => Math.floor(random() * 16).toString(16)).join('');
}

/** Of version 4. */
export function randomUuid(random: Random): string {
  const digits = randomText(32, random);
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-4${digits.slice(13, 16)}-8${digits.slice(17, 20)}-${digits.slice(20)}`;
}
