import { CrossAppError } from '@cross-app/protocol';

/** This browser has used the token before, and has signed out since. Only its own cookie says so. */
export class HandoffDone extends CrossAppError {
  constructor() {
    super('token_used');
  }
}
