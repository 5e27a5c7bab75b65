import { CrossAppError } from '@cross-app/protocol';

/** The refusal of what was sent, with a message for whoever sent it. */
export function invalidArgument(message: string): CrossAppError {
  return new CrossAppError('invalid_argument', { message });
}
