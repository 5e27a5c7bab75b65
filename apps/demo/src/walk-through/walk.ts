import type { Transcript } from './transcript.js';

/** What the walk goes through. */
export interface Walk {
  readonly tuvensUrl: string;
  readonly hiEventsUrl: string;
  /** By which Hi.Events proves itself to Tuvens' API. */
  readonly sharedSecret: string;
  readonly transcript: Transcript;
}
