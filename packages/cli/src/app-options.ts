import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import { parseAppId } from './app-id.js';
import { addDatabaseUrlOption } from './database-url.js';
import type { DatabaseUrlFlags } from './database-url.js';
import type { Advice } from './database.js';
import { addSessionsTableOption } from './sessions-table.js';
import type { SessionsTableFlags } from './sessions-table.js';

/** The parsed options of every command of `cross-app app`. */
export interface AppFlags extends DatabaseUrlFlags, SessionsTableFlags {
  readonly json?: true;
}

/** What to do about what PostgreSQL refuses. */
export const APP_ADVICE: Advice = {
  '42501':
    'these commands need SELECT, INSERT, UPDATE and DELETE on cross_app_apps and cross_app_app_secrets',
};

/** The options of every command of `cross-app app`. */
export function addAppOptions(command: Command, json: string): Command {
  return addSessionsTableOption(addDatabaseUrlOption(command)).option('--json', json);
}

/** The argument that says which app. */
export function addAppIdArgument(command: Command): Command {
  return command.argument('<id>', 'the id of the app, such as hi-events', parseAppId);
}

/** For commander: an option that may be given again and again, each of a form. */
export function collect(
  isValid: (text: string) => boolean,
  form: string,
): (text: string, before?: readonly string[]) => readonly string[] {
  return (text, before = []) => {
    if (isValid(text)) return [...before, text];
    throw new InvalidArgumentError(`It is ${form}.`);
  };
}
