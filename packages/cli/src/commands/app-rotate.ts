import { rotateAppSecret } from '@cross-app/core';
import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import { parseAge } from '../age.js';
import { addAppIdArgument, addAppOptions, APP_ADVICE } from '../app-options.js';
import type { AppFlags } from '../app-options.js';
import { readDatabaseUrl } from '../database-url.js';
import { withDatabase } from '../database.js';
import { given } from '../given.js';
import type { Terminal } from '../terminal.js';

interface RotateFlags extends AppFlags {
  readonly overlap?: number;
}

const MAX_OVERLAP_SECONDS = 365 * 86_400;

const EXAMPLES = `
Old and new secret work side by side until the old one ends by itself; cross-app app list shows when each was last
used. Secrets that have ended are deleted. Where one has leaked, --overlap 0: issuers refuse it within their
reloadAppsSeconds.

Examples:
  cross-app app rotate hi-events                       prints the new secret; the old one ends in 7 days
  cross-app app rotate hi-events --overlap 24h
  cross-app app rotate hi-events --overlap 0           the old one ends now
  cross-app app rotate hi-events --json                {"appId":"hi-events","secretId":"…","secret":"…","ending":[…]}`;

/** `cross-app app rotate` */
export function addAppRotateCommand(parent: Command, terminal: Terminal): void {
  const command = addAppIdArgument(parent.command('rotate'))
    .description('Give an app another secret and print it; the ones that it has end after a while.')
    .option('--overlap <age>', 'for how long the old secrets still work, or 0 (default: 7d)', readOverlap);
  addAppOptions(command, 'print an object instead of the secret alone')
    .addHelpText('after', EXAMPLES)
    .action(async (appId: string, flags: RotateFlags) => {
      const url = readDatabaseUrl(flags, terminal);
      const options = given({ sessionsTable: flags.sessionsTable, overlapSeconds: flags.overlap });
      const made = await withDatabase(url, APP_ADVICE, (knex) => rotateAppSecret(knex, appId, options));
      const { secret, secretId, ending } = made;
      terminal.writeOut(
        flags.json ? `${JSON.stringify({ appId, secretId, secret, ending })}\n` : `${secret}\n`,
      );
      terminal.writeError(`${appId} has another secret, ${secretId}; it is shown this once\n`);
      for (const old of ending) {
        terminal.writeError(`${old.secretId} ends ${old.expiresAt.toISOString()}\n`);
      }
    });
}

function readOverlap(text: string): number {
  const seconds = text === '0' ? 0 : parseAge(text);
  if (seconds <= MAX_OVERLAP_SECONDS) return seconds;
  throw new InvalidArgumentError('It is 365d at most.');
}
