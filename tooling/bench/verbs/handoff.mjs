// What every rival hands over: one of the people of the template, to the same app, for the same time.
export const PEOPLE = 1000;
export const TARGET_APP = 'hi-events';
export const TTL_SECONDS = 900;

/** The id of the user, and of the account, of the nth handoff: neighbours do not lock one another's rows. */
export function personOf(n) {
  return 1 + (n % PEOPLE);
}
