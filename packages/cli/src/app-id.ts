import { isAppId } from '@cross-app/protocol';
import { InvalidArgumentError } from 'commander';

/** For commander: the id of an app, such as `hi-events`. */
export function parseAppId(text: string): string {
  if (isAppId(text)) return text;
  throw new InvalidArgumentError('It is 1 to 50 printable ASCII characters without blanks.');
}
