import { isCrossAppError } from '@cross-app/sdk';

/** What the person can do about it. Empty when they themselves ended it, by going to another page. */
export function failureText(error: unknown): string {
  if (error instanceof DOMException && error.name === 'AbortError') return '';
  if (isCrossAppError(error, 'user_unauthenticated')) {
    return 'You are not signed in here any more. Reload the page, sign in, and try again.';
  }
  if (isCrossAppError(error, 'rate_limited')) {
    const seconds = error.headers['Retry-After'] ?? '60';
    return `That was too often. Try again in ${seconds} seconds.`;
  }
  // The messages of the error table are written for whoever asked.
  if (isCrossAppError(error)) return error.message;
  return 'Tuvens cannot be reached. Check your connection, and try again.';
}
