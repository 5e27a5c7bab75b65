/** What a command sees of its surroundings. */
export interface Terminal {
  readonly env: Readonly<Record<string, string | undefined>>;
  writeOut(text: string): void;
  writeError(text: string): void;
}
