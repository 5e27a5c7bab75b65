/** The command was called wrongly (2), or could not do what it was asked for (1). */
export type ExitCode = 1 | 2;

/** A sentence for the reader and the exit code that goes with it. */
export class Failure extends Error {
  override readonly name: 'Failure' = 'Failure' as const;
  readonly exitCode: ExitCode;

  constructor(exitCode: ExitCode, message: string) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** Ends a command that has said all there is to say, for `health` and `doctor`: 1 for a warning, 2 for worse. */
export class Verdict extends Error {
  override readonly name: 'Verdict' = 'Verdict' as const;
  readonly exitCode: ExitCode;

  constructor(exitCode: ExitCode) {
    super(`exit code ${exitCode}`);
    this.exitCode = exitCode;
  }
}

/**
 * Hides what may be a password in a database URL. The URL can come back in an error message from anywhere:
 * from a mistyped option, or from a library that quotes what it was given.
 */
export function hidePasswords(text: string): string {
  return text.replace(/\/\/.*@/g, '//***@').replace(/(password=)[^&\s'"]*/gi, '$1***');
}
