/** Why the demo does not start. The message is one sentence that says what to do, and is all that is printed. */
export class StartError extends Error {
  override readonly name = 'StartError';
}
