import { InvalidArgumentError } from 'commander';

/** Reads an option that must be a whole number above zero. */
export function positive(given) {
  const number = Number(given);
  if (!Number.isInteger(number) || number < 1)
    throw new InvalidArgumentError('It is a whole number above zero.');
  return number;
}

/** Reads an option that is such a number or several, with commas between. */
export function positives(given) {
  return given.split(',').map(positive);
}
