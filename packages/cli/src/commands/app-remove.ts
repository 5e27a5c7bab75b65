import { removeApp } from '@cross-app/core';
import type { Command } from 'commander';
import { addAppIdArgument, addAppOptions, APP_ADVICE } from '../app-options.js';
import type { AppFlags } from '../app-options.js';
import { readDatabaseUrl } from '../database-url.js';
import { withDatabase } from '../database.js';
import { given } from '../given.js';
import type { Terminal } from '../terminal.js';

const EXAMPLES = `
It asks nothing before it begins. Issuers refuse the app within their reloadAppsSeconds. Tokens that were issued for it
stay: a target app that shares the database could still redeem them.

Examples:
  cross-app app remove hi-events                       removed hi-events and its secrets
  cross-app app remove hi-events --json                {"removed":"hi-events"}
  cross-app revoke --target-app hi-events              what was issued for it`;

/** `cross-app app remove` */
export function addAppRemoveCommand(parent: Command, terminal: Terminal): void {
  const command = addAppIdArgument(parent.command('remove')).description(
    'Remove an app and all its secrets, at once.',
  );
  addAppOptions(command, 'print an object instead of a sentence')
    .addHelpText('after', EXAMPLES)
    .action(async (appId: string, flags: AppFlags) => {
      const url = readDatabaseUrl(flags, terminal);
      const choice = given({ sessionsTable: flags.sessionsTable });
      await withDatabase(url, APP_ADVICE, (knex) => removeApp(knex, appId, choice));
      terminal.writeOut(
        flags.json ? `${JSON.stringify({ removed: appId })}\n` : `removed ${appId} and its secrets\n`,
      );
    });
}
