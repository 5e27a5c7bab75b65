import { InvalidArgumentError } from 'commander';
import ms from 'ms';

/** For commander: an age such as `24h` or `30d`, in seconds. */
export function parseAge(text: string): number {
  const milliseconds = /^\d+(\.\d+)?\s?[a-z]+$/i.test(text) ? ms(text as ms.StringValue) : undefined;
  if (milliseconds === undefined || !Number.isFinite(milliseconds) || milliseconds < 1000) {
    throw new InvalidArgumentError('It is a number and a unit, such as 90s, 15m, 24h, 30d or 1y.');
  }
  return Math.round(milliseconds / 1000);
}

/** For commander: likewise, but a minute at least, for so long a redeem can be retried, and a century at most. */
export function parseRetention(text: string): number {
  const seconds = parseAge(text);
  if (seconds < 60 || seconds > 100 * 365 * 86_400) {
    throw new InvalidArgumentError(
      'It is at least 60s, for so long a redeem can be retried, and at most 100y.',
    );
  }
  return seconds;
}
