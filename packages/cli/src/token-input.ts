import type { Command } from 'commander';
import { Failure } from './failure.js';
import type { Terminal } from './terminal.js';

/** Makes the command refuse an argument itself: commander would say that there are too many, but not why. */
export function takeTokenFromInput(command: Command): Command {
  return command.allowExcessArguments().hook('preAction', (_, { args }) => {
    if (args.length === 0) return;
    throw new Failure(
      2,
      'a token is no argument: it would stay in the history of your shell and in the list of processes. Give the command alone and paste the token at the prompt, or pipe it in; revoke the one that you have typed',
    );
  });
}

/** @throws Failure when there is none. */
export async function readToken(
  { readSecret }: Pick<Terminal, 'readSecret'>,
  otherwise: string,
): Promise<string> {
  const token = (await readSecret('Token:')).trim();
  if (token === '') throw new Failure(2, otherwise);
  return token;
}

/** What to say of a text that is no token, without repeating it. */
export const NO_TOKEN =
  'that is no token: a token begins with handoff_, has 64 characters, and its last ones are a checksum of the others';
