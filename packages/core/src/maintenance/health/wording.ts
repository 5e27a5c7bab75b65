const STEPS: readonly [unit: string, seconds: number][] = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
];

/** `3 days`, `1 hour`, `0 seconds`: in the largest unit of which there is at least one. */
export function duration(seconds: number): string {
  const [unit, size] = STEPS.find(([, step]) => seconds >= step) ?? ['second', 1];
  return count(Math.floor(seconds / size), unit);
}

/** `1 row`, `12,000 rows`. */
export function count(number: number, noun: string): string {
  return `${number.toLocaleString('en')} ${noun}${number === 1 ? '' : 's'}`;
}

/** `16 kB`, `2.5 GB`: by 1024, as PostgreSQL writes sizes. */
export function size(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  const power = bytes < 1024 ? 0 : Math.min(Math.floor(Math.log2(bytes) / 10), units.length - 1);
  const value = bytes / 1024 ** power;
  return `${value < 10 && power > 0 ? value.toFixed(1).replace(/\.0$/, '') : Math.round(value)} ${units[power] ?? ''}`;
}

/** `12%` of a share; what is not quite nothing is `under 1%`. */
export function percent(share: number): string {
  return share > 0 && share < 0.01 ? 'under 1%' : `${Math.floor(share * 100)}%`;
}
