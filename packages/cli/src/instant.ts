import { InvalidArgumentError } from 'commander';
import { parseAge } from './age.js';

const ISO_8601 = /^(\d{4}-\d\d-\d\d)(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/;

/**
 * For commander: an instant by ISO 8601 with its offset, a date, which is its midnight by UTC, or an age such as
 * `2h`, in seconds.
 */
export function parseInstantOrAge(text: string): Date | number {
  const [, date] = ISO_8601.exec(text) ?? [];
  if (date === undefined) return parseAgeOf(text);
  const instant = new Date(text);
  // Date takes a 31st of February for the 3rd of March.
  const isInCalendar = !Number.isNaN(Date.parse(date)) && new Date(date).toISOString().startsWith(date);
  if (isInCalendar && !Number.isNaN(instant.getTime())) return instant;
  throw new InvalidArgumentError('There is no such day or time.');
}

function parseAgeOf(text: string): number {
  try {
    return parseAge(text);
  } catch {
    throw new InvalidArgumentError(
      'It is a time such as 2026-12-31T18:00:00Z, a date, or an age such as 90s, 2h or 30d.',
    );
  }
}
