/** What a command sees of its surroundings. */
export interface Terminal {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether somebody watches the error stream: then progress is a bar, else lines. */
  readonly isInteractive: boolean;
  /** How wide the terminal is that shows the output; null when it goes to a file or a pipe. */
  readonly columns: number | null;
  writeOut(text: string): void;
  writeError(text: string): void;
  /** One line of what is typed, hidden behind a prompt, or of what is piped in. Empty when there is none. */
  readSecret(prompt: string): Promise<string>;
  /** Does work that can stop early: an interruption aborts the signal instead of ending the process. */
  interruptible<Result>(work: (signal: AbortSignal) => Promise<Result>): Promise<Result>;
}
