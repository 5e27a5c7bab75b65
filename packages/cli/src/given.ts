/** What {@link given} leaves of options. */
export type Given<Options> = { [Name in keyof Options]?: Exclude<Options[Name], undefined> };

/** Without what is undefined: an option that was not given is left to its default. */
export function given<Options extends object>(options: Options): Given<Options> {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as Given<Options>;
}
